using System.CommandLine;
using Kindred.Host.Commands;
using Kindred.Host.Configuration;

namespace Kindred.Host.CommandLine;

/// <summary>The commands, their arguments, and what runs them.</summary>
internal static class CommandTable
{
    private delegate Task<ExitCode> Handler(string[] arguments, CommandContext context);

    private delegate Task<ExitCode> RunHandler(string run, KeyValueArguments arguments, CommandContext context);

    private static readonly string[] Stopping = ["train", "resume", "node", "chaos", "demo", "simulate"];

    /// <summary>Whether the command looks at <see cref="CommandContext.Stop"/>; a signal ends the others at once.</summary>
    public static bool Stops(string[] arguments) => arguments is [var command, ..] && Stopping.Contains(command);

    public static RootCommand Create(CommandContext context) =>
        new("Contrastive pretraining that finds its false negatives. './kindred train --help' lists the keys.")
    {
        Settings("train", "train an encoder", context, (arguments, to) =>
            TrainCommand.RunAsync(SettingsLoader.Load(new(arguments), to.WorkingDirectory, to.Machine), to)),
        Run("resume", "go on with a run, bit for bit", context, (run, arguments, to) =>
            ResumeCommand.RunAsync(RunSettingsReader.Load(run, arguments, to.Machine), to)),
        Run("eval", "measure a run's encoder: weighted kNN", context, (run, arguments, to) =>
            EvalCommand.RunAsync(RunSettingsReader.Load(run, arguments, to.Machine), to)),
        Run("export", "write a run's encoder for PyTorch: out=FILE which=last|best weights=online|ema", context, (run, arguments, to) =>
            ExportCommand.RunAsync(run, ExportOptions.Take(arguments), to)),
        Run("embed", "write features of a folder of images: data.path=FOLDER out=FILE.npy; data.maxCorrupt=SHARE leaves rows NaN", context, (run, arguments, to) =>
            EmbedCommand.RunAsync(run, EmbedOptions.Take(arguments), to)),
        Run("inspect", "print a run's step, configuration, and the SHA-256 of every part of its state", context, (run, arguments, to) =>
        {
            arguments.RequireEmpty("inspect");
            return InspectCommand.RunAsync(run, to);
        }),
        Run("status", "print where a run stands", context, (run, arguments, to) =>
        {
            arguments.RequireEmpty("status");
            return StatusCommand.RunAsync(run, to);
        }),
        Run("stop", "save and end a run, wherever it trains", context, (run, arguments, to) =>
        {
            arguments.RequireEmpty("stop");
            return StopCommand.RunAsync(run, to);
        }),
        Settings("node", "a node of a cluster: name=a roles=worker run=FOLDER, and settings where the run is new", context, (arguments, to) =>
            NodeCommand.RunAsync(new(arguments), to)),
        Settings("chaos", "kill, pause and cut a small cluster on this machine, and compare with a run without faults", context, (arguments, to) =>
            ChaosCommand.RunAsync(new(arguments), to)),
        Settings("demo", "a short training run that shows everything, with whatever data can be had", context, (arguments, to) =>
            DemoCommand.RunAsync(new(arguments), to)),
        Settings("simulate", "whole clusters in virtual time, with faults drawn from seeds", context,
            (arguments, to) => SimulateCommand.RunAsync(new(arguments), to)),
        Settings("doctor", "say what was found on this machine and what is wrong", context, (arguments, to) =>
        {
            new KeyValueArguments(arguments).RequireEmpty("doctor");
            return DoctorCommand.RunAsync(to);
        }),
    };

    private static Command Settings(string name, string help, CommandContext context, Handler handler)
    {
        var arguments = KeyValues();
        var command = new Command(name, help) { arguments };
        command.SetAction(async (parsed, _) => (int)await handler(parsed.GetValue(arguments) ?? [], context));
        return command;
    }

    private static Command Run(string name, string help, CommandContext context, RunHandler handler)
    {
        var run = new Argument<string>("run") { Description = "the run's folder, as in runs/a" };
        var arguments = KeyValues();
        var command = new Command(name, help) { run, arguments };
        command.SetAction(async (parsed, _) =>
            (int)await handler(parsed.GetRequiredValue(run), new(parsed.GetValue(arguments) ?? []), context));
        return command;
    }

    private static Argument<string[]> KeyValues() =>
        new("key=value") { Arity = ArgumentArity.ZeroOrMore, Description = "settings, as in batch=256" };
}
