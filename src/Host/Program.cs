using Kindred.Host.CommandLine;

TerminalStream.Use();
using var signals = new StopSignals(CommandTable.Stops(args), Console.Error, StopSignals.ExitNow);
var context = new CommandContext(
    Console.Out, Console.Error, TimeProvider.System, Environment.CurrentDirectory, Environment.GetEnvironmentVariable, signals.Token);
return (int)await CommandLineProgram.RunAsync(args, context);
