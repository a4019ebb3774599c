using System.Globalization;
using Kindred.Host.Configuration;

namespace Kindred.Host.Commands;

/// <param name="DataPath">Folder of images.</param>
/// <param name="Out">The .npy file to write.</param>
/// <param name="MaxCorrupt">A larger share of corrupt images is an error.</param>
internal sealed record EmbedOptions(string DataPath, string Out, double MaxCorrupt)
{
    /// <exception cref="ConfigurationException">A key is missing, or unknown.</exception>
    public static EmbedOptions Take(KeyValueArguments arguments)
    {
        var (path, output) = (arguments.Take("data.path"), arguments.Take("out") ?? "features.npy");
        var share = arguments.Take("data.maxCorrupt") ?? "0";
        arguments.RequireEmpty("embed", "data.path", "out", "data.maxCorrupt");
        if (!double.TryParse(share, NumberStyles.Float, CultureInfo.InvariantCulture, out var most) || most is not (>= 0 and <= 1))
            throw new ConfigurationException($"data.maxCorrupt={share} must be a share from 0 to 1");
        return new(path ?? throw new ConfigurationException("embed needs data.path=FOLDER"), output, most);
    }
}
