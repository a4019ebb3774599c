using Kindred.Host.CommandLine;

var saves = CommandTable.Stops(args);
OutputStream.Use(saves);
using var signals = new StopSignals(saves, Console.Error, StopSignals.ExitNow);
var context = new CommandContext(
    Console.Out, Console.Error, TimeProvider.System, Environment.CurrentDirectory, Environment.GetEnvironmentVariable, signals.Token);
return (int)await CommandLineProgram.RunAsync(args, context);
