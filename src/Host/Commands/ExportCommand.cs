using Kindred.Actors.Protocol.Store;
using Kindred.Host.CommandLine;
using Kindred.Host.Configuration;
using Kindred.Host.Training;

namespace Kindred.Host.Commands;

internal static class ExportCommand
{
    public static Task<ExitCode> RunAsync(string run, ExportOptions options, CommandContext context)
    {
        var settings = RunSettingsReader.LoadAnywhere(run, context.Machine);
        if (options.Ema && settings.Contrast.Ema == 0)
            throw new ConfigurationException($"weights=ema: {run} has no averaged copy of its weights (ema=0): export weights=online, or train anew with ema=0.999");
        var (checkpoint, store) = RunStart.Find(run, options.Best, context);
        var encoder = new EncoderExport(settings, store.Read(checkpoint, CheckpointPart.Model), options.Ema, checkpoint.Step);
        OutputFile.Write(options.Out, context, encoder.Write);
        context.Output.WriteLine($"step {checkpoint.Step}: {options.Out}");
        return Task.FromResult(ExitCode.Done);
    }
}
