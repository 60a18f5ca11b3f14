using System.Reflection;
using System.Text;

namespace IronCage.State;

/// <summary>The scripts that run inside the server, and the names of the keys that they use.</summary>
internal static class RedisScripts
{
    /// <summary>What every batch runs.</summary>
    public static string Batch { get; } = Join("1-amounts.lua", "2-rules.lua", "3-rows.lua", "4-leases.lua", "5-steps.lua", "6-batch.lua");

    /// <summary>Reads the report.</summary>
    public static string Spend { get; } = Join("spend.lua");

    /// <summary>Of every key. The braces keep the keys of a namespace on one node of a cluster.</summary>
    public static string PrefixOf(RedisStoreOptions options) => $"ironcage:{{{options.Namespace}}}:";

    /// <summary>The text of scripts, one after the other.</summary>
    internal static string Join(params string[] names)
    {
        var text = new StringBuilder();
        foreach (var name in names)
        {
            using var stream = Assembly.GetExecutingAssembly().GetManifestResourceStream(name) ?? throw new InvalidOperationException($"the script {name} is not in the assembly");
            using var reader = new StreamReader(stream);
            text.Append(reader.ReadToEnd()).Append('\n');
        }
        return text.ToString();
    }
}
