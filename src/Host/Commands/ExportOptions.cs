using Kindred.Host.Configuration;

namespace Kindred.Host.Commands;

/// <param name="Out">The file to write.</param>
/// <param name="Best">The best checkpoint on held-out images instead of the newest.</param>
/// <param name="Ema">The averaged copy's weights instead of the trained ones.</param>
internal sealed record ExportOptions(string Out, bool Best, bool Ema)
{
    /// <exception cref="ConfigurationException">Another key, or another value.</exception>
    public static ExportOptions Take(KeyValueArguments arguments)
    {
        var output = arguments.Take("out") ?? "encoder.safetensors";
        var (which, weights) = (arguments.Take("which") ?? "last", arguments.Take("weights") ?? "online");
        arguments.RequireEmpty("export", "out", "which", "weights");
        if (which is not ("last" or "best")) throw new ConfigurationException($"which: '{which}' is not last or best");
        if (weights is not ("online" or "ema")) throw new ConfigurationException($"weights: '{weights}' is not online or ema");
        return new(output, which == "best", weights == "ema");
    }
}
