namespace Kindred.Host.Doctor;

/// <summary>Is there room for runs, and may we write there?</summary>
internal static class DiskCheck
{
    private const long Enough = 1L << 30;

    public static Finding Examine(string workingDirectory)
    {
        var runs = Path.Combine(workingDirectory, "runs");
        var existing = Directory.Exists(runs) ? runs : workingDirectory;
        try
        {
            var probe = Path.Combine(existing, $".kindred-{Environment.ProcessId}");
            using (File.Create(probe, 1, FileOptions.DeleteOnClose)) { }
            var free = new DriveInfo(existing).AvailableFreeSpace;
            var text = $"{free / (double)Enough:F1} GiB free in {existing}";
            return free >= Enough ? new(Level.Fine, "disk", text)
                : new(Level.Hint, "disk", $"{text}: name a roomier folder with run=FOLDER");
        }
        catch (Exception wrong) when (wrong is IOException or UnauthorizedAccessException)
        {
            return new(Level.Hint, "disk", $"{existing} can't be written ({wrong.Message}): name another folder with run=FOLDER");
        }
    }
}
