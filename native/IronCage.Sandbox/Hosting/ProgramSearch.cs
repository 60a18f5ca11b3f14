using System.Text;
using IronCage.Sandbox.Policy;
using IronCage.Sandbox.Spawning;

namespace IronCage.Sandbox.Hosting;

/// <summary>Which file a command names.</summary>
internal static class ProgramSearch
{
    private const int MayExecute = 1;
    private const string DefaultPath = "/usr/local/bin:/usr/bin:/bin";

    /// <summary>An absolute path with its NUL. A name without a slash is looked up in the PATH of the sandbox, one with a slash begins at its working directory.</summary>
    /// <exception cref="SandboxException">There is no such program.</exception>
    public static byte[] Find(CompiledPolicy policy, LaunchCommand command)
    {
        var first = command.Arguments.AsSpan();
        first = first[..(first.IndexOf((byte)0) + 1)];
        if (first.Length <= 1)
            throw new PolicyException("argv", "must have a program as its first item");
        if (first[0] == (byte)'/')
            return first.ToArray();
        if (first.Contains((byte)'/'))
        {
            var directory = command.Directory.Length > 1 ? command.Directory[..^1] : Encoding.UTF8.GetBytes(policy.WorkingDirectory ?? throw new PolicyException("argv", "a relative program needs a working directory"));
            return [.. directory, (byte)'/', .. first];
        }
        var name = Encoding.UTF8.GetString(first[..^1]);
        var path = policy.Environment.FirstOrDefault(line => line.StartsWith("PATH=", StringComparison.Ordinal))?[5..] ?? DefaultPath;
        foreach (var folder in path.Split(':', StringSplitOptions.RemoveEmptyEntries))
        {
            var candidate = Path.Join(folder, name);
            if (folder.StartsWith('/') && File.Exists(candidate) && Libc.Access(candidate, MayExecute) == 0)
                return NativeText.Of(candidate);
        }
        throw new ProgramNotFoundException(name, path);
    }
}
