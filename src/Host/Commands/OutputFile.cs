using Kindred.Actors.Protocol.Store;
using Kindred.Host.CommandLine;

namespace Kindred.Host.Commands;

/// <summary>A file that a command makes for its user.</summary>
internal static class OutputFile
{
    /// <summary>Atomic (<see cref="IFiles.Replace"/>). Where the path is a link, the file that it points to is written, and the link stays.</summary>
    /// <exception cref="RunStoreException">It can't be written, or is a folder, a device or a pipe.</exception>
    public static void Write(string path, CommandContext context, Action<Stream> write)
    {
        var full = Path.GetFullPath(path, context.WorkingDirectory);
        var isLink = new FileInfo(full).LinkTarget is not null;
        new PosixFiles().Replace(isLink ? File.ResolveLinkTarget(full, returnFinalTarget: true)!.FullName : full, write);
    }
}
