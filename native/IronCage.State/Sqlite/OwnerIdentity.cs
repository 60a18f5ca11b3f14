namespace IronCage.State;

/// <summary>Who holds: one opening of a store by one process. The id alone identifies; the rest is for people.</summary>
internal sealed record OwnerIdentity(string Id, string Host, string BootId, int ProcessId)
{
    private const string BootIdFile = "/proc/sys/kernel/random/boot_id";

    public static OwnerIdentity Of(Guid id)
    {
        var boot = "";
        try
        {
            if (File.Exists(BootIdFile))
                boot = File.ReadAllText(BootIdFile).Trim();
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            // A sandbox hides it; it is only a note.
        }
        return new OwnerIdentity(id.ToString("N"), Environment.MachineName, boot, Environment.ProcessId);
    }
}
