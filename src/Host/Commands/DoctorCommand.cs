using Kindred.Host.CommandLine;
using Kindred.Host.Doctor;

namespace Kindred.Host.Commands;

internal static class DoctorCommand
{
    /// <returns><see cref="ExitCode.Done"/> whenever train can run here, whatever optional part is missing.</returns>
    public static Task<ExitCode> RunAsync(CommandContext context)
    {
        var worst = Level.Fine;
        foreach (var finding in Examination.Run(context.WorkingDirectory, context.Machine))
        {
            var mark = finding.Level switch { Level.Fine => "ok", Level.Hint => "hint", _ => "PROBLEM" };
            context.Output.WriteLine($"{mark,-8}{finding.What,-10} {finding.Text}");
            if (finding.Level > worst) worst = finding.Level;
        }

        context.Output.WriteLine(worst == Level.Problem ? "\nTraining can't run here until the problems are mended." : "\nTraining can run here.");
        return Task.FromResult(worst == Level.Problem ? ExitCode.Failed : ExitCode.Done);
    }
}
