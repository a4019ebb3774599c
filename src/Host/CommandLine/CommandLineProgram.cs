using System.CommandLine;
using System.CommandLine.Help;
using Kindred.Host.Configuration;

namespace Kindred.Host.CommandLine;

/// <summary>Runs one command line from its arguments to its exit code.</summary>
public static class CommandLineProgram
{
    /// <returns>The exit code. What went wrong is one line on standard error, with KINDRED_TRACE=1 followed by the stack trace.</returns>
    public static async Task<ExitCode> RunAsync(string[] arguments, CommandContext context)
    {
        try
        {
            return await InvokeAsync(arguments, context);
        }
        catch (Exception exception)
        {
            var (code, line) = Failure.Describe(exception);
            context.Error.WriteLine($"kindred: {line}");
            if (context.Environment("KINDRED_TRACE") == "1") context.Error.WriteLine(exception);
            return code;
        }
    }

    private static async Task<ExitCode> InvokeAsync(string[] arguments, CommandContext context)
    {
        var root = CommandTable.Create(context);
        foreach (var help in root.Options.OfType<HelpOption>()) help.Action = new HelpText(context.Output);
        if (arguments is [] or ["help"]) arguments = ["--help"];
        var parsed = root.Parse(arguments, new ParserConfiguration { ResponseFileTokenReplacer = null });
        if (parsed.Errors.Count > 0 && parsed.Action is not HelpText) throw Refuse(root, arguments, parsed);
        var code = await parsed.InvokeAsync(new()
        {
            EnableDefaultExceptionHandler = false,
            ProcessTerminationTimeout = null,
            Output = context.Output,
            Error = context.Error,
        });
        return (ExitCode)code;
    }

    private static ConfigurationException Refuse(RootCommand root, string[] arguments, ParseResult parsed)
    {
        var commands = root.Subcommands.Select(command => command.Name).ToArray();
        if (parsed.CommandResult.Command == root)
        {
            return Spelling.Nearest(arguments[0], commands) is { } nearest
                ? new($"unknown command '{arguments[0]}'; did you mean '{nearest}'?")
                : new($"unknown command '{arguments[0]}'; there are {Spelling.Alternatives(commands)}");
        }

        var command = parsed.CommandResult.Command.Name;
        if (arguments.Length == 1)
            return new($"{command}: give the run's folder, as in 'kindred {command} runs/a' ('kindred {command} --help' helps)");
        return new($"{command}: {parsed.Errors[0].Message} ('kindred {command} --help' helps)");
    }
}
