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
        output.WriteLine($"\n{Examples}\n\nExit codes: 0 done or stopped by SIGTERM, 2 command line or configuration, 3 data,\n" +
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
        if (command.Name is not ("resume" or "eval")) return;
        output.WriteLine("\nKeys that may differ from the run's:");
        foreach (var key in Keys.All.Where(key => key.Resumable)) output.WriteLine($"  {key.Name,-28} {key.Help}");
    }

    private static string Shown(Key key) => key.IsDerived ? "auto" : key.Default;

    private static string Choices(Key key) =>
        (key.Type.IsEnum ? $" ({ValueText.Describe(key.Type)})" : "") + (key.IsDerived ? $" [auto: {key.Default}]" : "");
}
