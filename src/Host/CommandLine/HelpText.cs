using System.CommandLine;
using System.CommandLine.Invocation;
using Kindred.Host.Configuration;

namespace Kindred.Host.CommandLine;

/// <summary>What --help prints.</summary>
internal sealed class HelpText(TextWriter output) : SynchronousCommandLineAction
{
    private const string Examples = """
        Examples
          ./kindred demo                                                a first run, with whatever data can be had
          ./kindred train data.path=cifar-10-batches-bin                false-negative attraction on CIFAR-10
          ./kindred train data=folder data.path=photos/train model=resnet18 epochs=100
          ./kindred train method=simclr views=4 batch=512 run=runs/simclr
          ./kindred train preset=fnc-paper model=resnet18 batch=512     the paper's settings, smaller
          ./kindred resume runs/simclr
          ./kindred export runs/simclr out=encoder.safetensors
        """;

    private static readonly Dictionary<string, string> Details = new(StringComparer.Ordinal)
    {
        ["node"] = """
              name=a              what the cluster calls it [the machine's name]; its roles: roles=coordinator,data,keeper,worker [all]
              run=FOLDER          the same one at every node; whichever coordinator comes first makes the run with its settings
              cluster.broker=URL  RabbitMQ [the one on this machine]

              ./kindred node name=a roles=coordinator,data,keeper run=runs/c data.path=cifar-10-batches-bin shards=2 threads=1
              ./kindred node name=b roles=worker devices=cpu run=runs/c

            'kindred train --help' lists all keys (group Cluster); docs/cluster says how to start on several machines, and what happens when something fails.
            """,
        ["chaos"] = """
              chaos.seed=1        which faults happen, in which order
              mtbf="4 s"          mean time between them
              out=FOLDER          where the runs and logs are kept [a new temporary folder]
              steps=120           of the run [up to 360 where they are quick, so that there is time for faults]

            Other keys are those of 'kindred train --help', but for what chaos gives each node (name, roles, run, devices, cluster.broker, cluster.listen).
            Exit code 0: nothing was lost, and the state has the bits of the run without faults. 1: something was, or it was stopped before its verdict.
            """,
        ["simulate"] = """
              seeds=1000 first=0  so many, from this one on
              seed=N trace=FILE   one again, with all that happened in it
              hashes=true         each seed's trace as a hash; stop=true: up to the first violation

            The last line is one JSON object. Exit code 0: no violation. 1: some; each has a line with its seed.
            """,
    };

    public override int Invoke(ParseResult parseResult)
    {
        var command = parseResult.CommandResult.Command;
        if (command is RootCommand root) WriteRoot(root);
        else if (command.Name == "train") WriteTrain();
        else WriteCommand(command);
        return 0;
    }

    private void WriteRoot(RootCommand root)
    {
        output.WriteLine($"Kindred: {root.Description}\n\nUsage: ./kindred COMMAND [RUN] [key=value ...]\n\nCommands");
        foreach (var command in root.Subcommands) output.WriteLine($"  {command.Name,-8} {command.Description}");
        output.WriteLine($"\n{Examples}\n\nExit codes: 0 done, or a training or node that stopped in order, 2 command line or configuration, 3 data,\n" +
            "4 checkpoint or run folder, 5 diverged, 1 anything else. KINDRED_TRACE=1 adds a stack trace.");
    }

    private void WriteTrain()
    {
        output.WriteLine("Usage: ./kindred train [key=value ...]\n\n" +
            $"Keys come from the preset, {SettingsLoader.FileName} in the working directory (or config=FILE), and the command line;\n" +
            "the last wins.\n");
        foreach (var group in Keys.All.GroupBy(key => key.Group))
        {
            output.WriteLine(group.Key);
            foreach (var key in group) output.WriteLine($"  {key.Name + " = " + Shown(key),-28} {key.Help}{Choices(key)}");
            output.WriteLine();
        }

        output.WriteLine(Examples);
    }

    private void WriteCommand(Command command)
    {
        var run = command.Arguments.Any(argument => argument.Name == "run") ? " RUN" : "";
        output.WriteLine($"Usage: ./kindred {command.Name}{run} [key=value ...]\n\n{command.Name}: {command.Description}");
        if (Details.TryGetValue(command.Name, out var details)) output.WriteLine($"\n{details}");
        if (command.Name is not ("resume" or "eval")) return;
        output.WriteLine("\nKeys that may differ from the run's:");
        foreach (var key in Keys.All.Where(key => key.Resumable)) output.WriteLine($"  {key.Name,-28} {key.Help}");
    }

    private static string Shown(Key key) => key.IsDerived ? "auto" : key.Default;

    private static string Choices(Key key) =>
        (key.Type.IsEnum ? $" ({ValueText.Describe(key.Type)})" : "") + (key.IsDerived ? $" [auto: {key.Default}]" : "");
}
