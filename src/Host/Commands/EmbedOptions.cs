using Kindred.Host.Configuration;

namespace Kindred.Host.Commands;

/// <param name="DataPath">Folder of images.</param>
/// <param name="Out">The .npy file to write.</param>
internal sealed record EmbedOptions(string DataPath, string Out)
{
    /// <exception cref="ConfigurationException">A key is missing, or unknown.</exception>
    public static EmbedOptions Take(KeyValueArguments arguments)
    {
        var (path, output) = (arguments.Take("data.path"), arguments.Take("out") ?? "features.npy");
        arguments.RequireEmpty("embed", "data.path", "out");
        return new(path ?? throw new ConfigurationException("embed needs data.path=FOLDER"), output);
    }
}
