using Kindred.Bench;
using Kindred.Host.Configuration;

var benchmarks = new Dictionary<string, (string What, Func<KeyValueArguments, int> Run)>(StringComparer.Ordinal)
{
    ["bare-loop"] = ("images/s of the step's calls in a loop, on prepared views (steps= warmup=)", BareLoop.Run),
    ["actors-cost"] = ("the actors against a plain loop of the same calls (pairs= block= warmup=)", ActorsCost.Run),
    ["fnc-cost"] = ("detection and cancellation against the plain loss over as many views (pairs= block= warmup=)", FncCost.Run),
    ["contrast-cost"] = ("the same, of the keeper's part of the step alone (rounds= threads=)", ContrastCost.Run),
    ["torch-calls"] = ("a call into libtorch", TorchCalls.Run),
    ["bulk-pull"] = ("a bundle pulled from another process, against a raw TCP copy (bytes= pulls= http=1|2)", BulkPull.Run),
    [BulkOwner.Name] = ("the other process of bulk-pull", BulkOwner.Run),
    ["checkpoint-cost"] = ("what a checkpoint a minute costs: time blocked and processor time of the writers (rounds= warmup=)", CheckpointCost.Run),
    ["control-roundtrip"] = ("a message to an actor of another process and back, through a broker (messages=)", ControlRoundtrip.Run),
    ["messaging-cost"] = ("a message on the local engine (messages=)", MessagingCost.Run),
};

try
{
    if (args.Length > 0 && benchmarks.TryGetValue(args[0], out var benchmark))
        return benchmark.Run(new KeyValueArguments(args.Skip(1)));
}
catch (Exception wrong) when (wrong is ConfigurationException or FormatException)
{
    Console.Error.WriteLine($"kindred-bench: {wrong.Message}");
    return 2;
}

Console.Error.WriteLine("kindred-bench NAME key=value…; keys are those of a run (model=, batch=, threads=, precision=, …) and the benchmark's own");
foreach (var (name, (what, _)) in benchmarks)
    Console.Error.WriteLine($"  {name,-18}{what}");
return 2;
