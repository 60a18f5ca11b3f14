using System.Text.Json;
using IronCage.Sandbox.Landlock;
using IronCage.Sandbox.Policy;

namespace IronCage.Sandbox.Supervising.Learning;

/// <summary>Proposes the options that would allow what was seen, and not much more: folders for what is written, single files for what is read unless a folder has many.</summary>
/// <param name="use">What was seen.</param>
/// <param name="paths">The door to the disk.</param>
/// <param name="home">A home folder, which is never proposed as a whole; null for none.</param>
/// <param name="given">Folders that need no grant: the private folder, the interpreter's.</param>
internal sealed class PolicyProposal(ObservedUse use, IPathProbe paths, string? home, IReadOnlyList<string> given)
{
    private const int ManyFiles = 4;

    /// <summary>Writes the options as the values of an object.</summary>
    public void Write(Utf8JsonWriter json)
    {
        var written = Folders();
        var executed = Single(use.Executed, path => IsWithinAny(path, RuntimeSet.Programs));
        var read = Single(use.Read, path => IsRuntime(path) || IsWithinAny(path, written));
        json.WriteStartObject("proposal");
        WriteList(json, "allowed_paths", written);
        WriteList(json, "read_only_paths", Grouped(read.Where(path => !executed.Contains(path))));
        WriteList(json, "executable_paths", executed);
        if (use.Connected.Count + use.Bound.Count > 0)
        {
            json.WriteStartObject("allow_network");
            WritePorts(json, "connect", use.Connected);
            WritePorts(json, "bind", use.Bound);
            json.WriteEndObject();
        }
        json.WriteEndObject();
    }

    /// <summary>The folders in which something is written.</summary>
    private List<string> Folders()
    {
        var folders = new SortedSet<string>(StringComparer.Ordinal);
        foreach (var path in use.Written)
        {
            if (IsSpecial(path) || IsWithinAny(path, given))
                continue;
            var folder = paths.Look(Path.GetDirectoryName(path) ?? "/");
            while (folder.Kind == PathKind.Missing && folder.RealPath.Length > 1)
                folder = paths.Look(Path.GetDirectoryName(folder.RealPath) ?? "/");
            var file = paths.Look(path);
            // A home folder as a whole holds keys: there only the file itself.
            if (folder.Kind == PathKind.Directory && !IsTooMuch(folder.RealPath))
                folders.Add(folder.RealPath);
            else if (file.Kind == PathKind.File)
                folders.Add(file.RealPath);
        }
        return [.. folders.Where(folder => !folders.Any(other => other != folder && IsWithin(folder, other)))];
    }

    private List<string> Single(IEnumerable<string> seen, Func<string, bool> isCovered)
    {
        var found = new SortedSet<string>(StringComparer.Ordinal);
        foreach (var path in seen)
        {
            var facts = paths.Look(path);
            if (facts.Kind is PathKind.File or PathKind.Directory && !IsSpecial(facts.RealPath) && !isCovered(facts.RealPath) && !IsWithinAny(facts.RealPath, given)
                && !(facts.Kind == PathKind.Directory && IsTooMuch(facts.RealPath)))
                found.Add(facts.RealPath);
        }
        return [.. found];
    }

    private List<string> Grouped(IEnumerable<string> files)
    {
        var grouped = new SortedSet<string>(StringComparer.Ordinal);
        foreach (var folder in files.GroupBy(file => Path.GetDirectoryName(file) ?? "/"))
        {
            if (folder.Count() >= ManyFiles && !IsTooMuch(folder.Key))
                grouped.Add(folder.Key);
            else
                grouped.UnionWith(folder);
        }
        return [.. grouped.Where(path => !grouped.Any(other => other != path && IsWithin(path, other)))];
    }

    private bool IsTooMuch(string folder) => folder is "/" or "/etc" or "/home" or "/root" or "/var" or "/opt" || (home is not null && IsWithin(home, folder));

    private static bool IsSpecial(string path) => IsWithin(path, "/dev") || IsWithin(path, "/proc") || IsWithin(path, "/sys");

    private static bool IsRuntime(string path) => IsWithinAny(path, RuntimeSet.Programs) || IsWithinAny(path, RuntimeSet.Settings) || IsWithinAny(path, RuntimeSet.NetworkSettings);

    private static bool IsWithinAny(string path, IEnumerable<string> folders) => folders.Any(folder => IsWithin(path, folder));

    private static bool IsWithin(string path, string folder) => path == folder || folder == "/" || (path.StartsWith(folder, StringComparison.Ordinal) && path[folder.Length] == '/');

    private static void WriteList(Utf8JsonWriter json, string name, IEnumerable<string> items)
    {
        json.WriteStartArray(name);
        foreach (var item in items)
            json.WriteStringValue(item);
        json.WriteEndArray();
    }

    private static void WritePorts(Utf8JsonWriter json, string name, IEnumerable<ushort> ports)
    {
        json.WriteStartArray(name);
        foreach (var port in ports)
            json.WriteNumberValue(port);
        json.WriteEndArray();
    }
}
