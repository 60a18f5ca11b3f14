using System.Buffers;
using System.Text.Json;
using IronCage.Sandbox.Hosting;
using IronCage.Sandbox.Kernel;
using IronCage.Sandbox.Supervising.Learning;

namespace IronCage.Sandbox.Supervising;

/// <summary>What the supervisor tells the host of a tree, as JSON.</summary>
internal static class OutcomeJson
{
    public static byte[] Started(int pid) => Write(json => json.WriteNumber("pid", pid));

    /// <param name="step">What failed.</param>
    /// <param name="errno">Its number; 0 where the kernel was not asked.</param>
    /// <param name="message">For people.</param>
    public static byte[] Failed(string step, int errno, string message) => Write(json =>
    {
        json.WriteString("step", step);
        json.WriteNumber("errno", errno);
        json.WriteString("message", message);
    });

    public static byte[] Ended(Tree tree, TimeSpan elapsed) => Write(json =>
    {
        // As Popen.returncode: minus the signal where one ended it.
        json.WriteNumber("returncode", (tree.Status & 0x7F) == 0 ? tree.Status >> 8 & 0xFF : -(tree.Status & 0x7F));
        json.WriteBoolean("timed_out", tree.TimedOut);
        json.WriteString("exceeded", tree.Exceeded);
        json.WriteStartObject("usage");
        json.WriteNumber("wall_seconds", Math.Round(elapsed.TotalSeconds, 6));
        json.WriteNumber("user_seconds", Math.Round(tree.UserSeconds, 6));
        json.WriteNumber("system_seconds", Math.Round(tree.SystemSeconds, 6));
        json.WriteNumber("max_rss_bytes", tree.MaxResidentKilobytes * 1024);
        json.WriteNumber("max_memory_bytes", tree.MaxMemoryBytes);
        json.WriteNumber("processes", tree.NewProcesses + 1);
        json.WriteEndObject();
        Domains(json, tree);
        tree.Denials.Write(json);
        if (tree.Observed is { } observed)
            new PolicyProposal(observed, new DiskPathProbe(), SandboxSetup.Read(tree.Request.Policy).Host.Environment.GetValueOrDefault("HOME"), [tree.Request.FolderPath]).Write(json);
    });

    private static void Domains(Utf8JsonWriter json, Tree tree)
    {
        json.WriteStartArray("domains");
        foreach (var (name, port, connections, sent, received) in tree.Proxy?.Uses() ?? [])
        {
            json.WriteStartObject();
            json.WriteString("name", name);
            json.WriteNumber("port", port);
            json.WriteNumber("connections", connections);
            json.WriteNumber("bytes_sent", sent);
            json.WriteNumber("bytes_received", received);
            json.WriteEndObject();
        }
        json.WriteEndArray();
        if (tree.Proxy?.Denials() is not var (denials, more))
            return;
        foreach (var (target, option, count) in denials)
            tree.Denials.Add(new Denial("domain", target, option), count);
        tree.Denials.AddMore(more);
    }

    private static byte[] Write(Action<Utf8JsonWriter> members)
    {
        var bytes = new ArrayBufferWriter<byte>();
        using (var json = new Utf8JsonWriter(bytes))
        {
            json.WriteStartObject();
            members(json);
            json.WriteEndObject();
        }
        return bytes.WrittenSpan.ToArray();
    }
}
