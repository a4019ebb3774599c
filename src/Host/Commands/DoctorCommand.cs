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

        var can = worst < Level.Problem;
        context.Output.WriteLine(can ? "\nTraining can run here." : "\nTraining can't run here until the problems are mended.");
        return Task.FromResult(can ? ExitCode.Done : ExitCode.Failed);
    }
}
