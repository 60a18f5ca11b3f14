using System.Collections.Immutable;
using System.Text;
using IronCage.Sandbox.Proxying;

namespace IronCage.Sandbox.Policy;

/// <summary>The environment of a sandbox: an allow list, as secrets live in the host's.</summary>
internal static class EnvironmentCompiler
{
    /// <summary>What PATH is where neither env nor keep_env says it.</summary>
    public const string DefaultSearchPath = "/usr/local/bin:/usr/bin:/bin";

    /// <summary>The longest NAME=VALUE that execve takes, in bytes, without its NUL (MAX_ARG_STRLEN is 128 KiB).</summary>
    public const int LongestVariable = 131_071;

    /// <summary>What clients of HTTP read, in both spellings: curl takes http_proxy in lower case only, others the upper.</summary>
    private static readonly string[] ProxyVariables = ["HTTP_PROXY", "HTTPS_PROXY", "http_proxy", "https_proxy"];

    public static ImmutableSortedDictionary<string, string> Compile(SandboxPolicy policy, HostFacts host)
    {
        var variables = ImmutableSortedDictionary.CreateBuilder<string, string>(StringComparer.Ordinal);
        variables["PATH"] = DefaultSearchPath;
        if (policy.Network.Dns)
            variables["RES_OPTIONS"] = "use-vc";
        if (!policy.Domains.IsNone)
        {
            foreach (var name in ProxyVariables)
                variables[name] = ProxyDoor.Url;
            // Node.js 24 and later uses the variables above where it is told to.
            variables["NODE_USE_ENV_PROXY"] = "1";
        }
        foreach (var name in policy.KeepEnvironment)
        {
            if (host.Environment.TryGetValue(name, out var value))
                variables[name] = value;
        }
        foreach (var (name, value) in policy.Environment)
            variables[name] = value;
        foreach (var (name, value) in variables)
        {
            if (value.Contains('\0', StringComparison.Ordinal))
                throw new PolicyException($"env[{name}]", "must not hold a NUL character");
            if (Encoding.UTF8.GetByteCount(name) + 1 + Encoding.UTF8.GetByteCount(value) > LongestVariable)
                throw new PolicyException($"env[{name}]", $"must have at most {LongestVariable} bytes with its name");
        }
        return variables.ToImmutable();
    }
}
