namespace Kindred.Host.Configuration;

/// <summary>What <c>kindred node</c> needs beside a run's own settings. All but <c>bit_exact</c> belongs to the node.</summary>
[Group("Cluster (kindred node)")]
public sealed record ClusterSettings
{
    public const string AllRoles = "coordinator,data,worker,keeper";

    [Key("name", "the node's name, unlike that of any other node of the run: letters, digits, - and _",
        Derived = "the machine's name", Resumable = true, OfNode = true)]
    public string? Name { get; init; }

    [Key("roles", "what the node does, as in coordinator,keeper; data includes the evaluation, worker is one for each of devices",
        Derived = AllRoles, Resumable = true, OfNode = true)]
    public string? Roles { get; init; }

    [Key("cluster.workers", "workers that the first step of the run waits for; later starts wait for one", Min = 1, Derived = "1", Resumable = true)]
    public int? Workers { get; init; }

    [Key("cluster.broker", "RabbitMQ's address: amqp://127.0.0.1:5672/, or amqps://host:5671/ beyond this machine",
        Derived = "amqp://127.0.0.1:5672/", Resumable = true, OfNode = true)]
    public string? Broker { get; init; }

    [Key("cluster.user", "user at the broker", Derived = "guest", Resumable = true, OfNode = true)]
    public string? User { get; init; }

    [Key("cluster.password", "file that holds the password at the broker", Derived = "the password guest", Resumable = true, OfNode = true)]
    public string? PasswordFile { get; init; }

    [Key("cluster.secret", "file that holds the secret by which nodes know one another",
        Derived = "secret in the run's folder, which the first node makes", Resumable = true, OfNode = true)]
    public string? SecretFile { get; init; }

    [Key("cluster.listen", "address and port where other nodes fetch tensors; beyond loopback it takes the three cluster.tls files",
        Derived = "127.0.0.1 and a free port", Resumable = true, OfNode = true)]
    public string? Listen { get; init; }

    [Key("cluster.host", "name by which other nodes reach this one, as in its certificate; needed where cluster.listen is 0.0.0.0", Derived = "that of cluster.listen", Resumable = true,
        OfNode = true)]
    public string? Host { get; init; }

    [Key("cluster.tls.certificate", "PEM file with this node's certificate", Resumable = true, OfNode = true)]
    public string? Certificate { get; init; }

    [Key("cluster.tls.key", "PEM file with its key", Resumable = true, OfNode = true)]
    public string? CertificateKey { get; init; }

    [Key("cluster.tls.authority", "PEM file of the authority that signed the nodes' and the broker's certificates", Resumable = true, OfNode = true)]
    public string? Authority { get; init; }

    [Key("bit_exact", "a worker whose gradients have other bits than the run's is refused; false: it may join, and the run isn't bit-exact",
        Derived = "true in sync")]
    public bool? BitExact { get; init; }

    public IReadOnlyList<string> RoleList => (Roles ?? AllRoles).Split(',', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries);
}
