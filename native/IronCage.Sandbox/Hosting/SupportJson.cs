using System.Buffers;
using System.Text.Json;
using IronCage.Sandbox.Kernel;
using IronCage.Sandbox.Landlock;

namespace IronCage.Sandbox.Hosting;

/// <summary>What a kernel can enforce, as JSON for hosts.</summary>
internal static class SupportJson
{
    public static byte[] Write(KernelSupport kernel)
    {
        var bytes = new ArrayBufferWriter<byte>();
        using (var json = new Utf8JsonWriter(bytes))
        {
            json.WriteStartObject();
            json.WriteBoolean("available", kernel is { LandlockAbi: > 0, SeccompFilters: true, SeccompNotifications: true, ProcessDescriptors: true, Architecture: not null });
            json.WriteString("release", kernel.Release);
            json.WriteString("architecture", kernel.Architecture switch { CpuArchitecture.X64 => "x86-64", CpuArchitecture.Arm64 => "arm64", _ => "" });
            json.WriteNumber("landlock_abi", kernel.LandlockAbi);
            WriteFlags(json, "landlock_files", kernel.LandlockFs);
            WriteFlags(json, "landlock_ports", kernel.LandlockNet);
            WriteFlags(json, "landlock_scopes", kernel.LandlockScopes);
            json.WriteBoolean("landlock_all_threads", kernel.LandlockRestrictFlags.HasFlag(RestrictFlags.ThreadSync));
            json.WriteBoolean("seccomp_filters", kernel.SeccompFilters);
            json.WriteBoolean("seccomp_notifications", kernel.SeccompNotifications);
            json.WriteBoolean("process_descriptors", kernel.ProcessDescriptors);
            json.WriteBoolean("open_beneath", kernel.OpenBeneath);
            json.WriteString("cgroup", kernel.Cgroup.Path ?? "");
            json.WriteString("cgroup_reason", kernel.Cgroup.Reason ?? "");
            json.WriteNumber("user_id", kernel.UserId);
            json.WriteStartArray("security_modules");
            foreach (var module in kernel.SecurityModules)
                json.WriteStringValue(module);
            json.WriteEndArray();
            json.WriteStartArray("findings");
            foreach (var finding in KernelFindings.Of(kernel))
            {
                json.WriteStartObject();
                json.WriteString("level", finding.Level.ToString());
                json.WriteString("subject", finding.Subject);
                json.WriteString("text", finding.Text);
                json.WriteString("advice", finding.Advice ?? "");
                json.WriteEndObject();
            }
            json.WriteEndArray();
            json.WriteEndObject();
        }
        return bytes.WrittenSpan.ToArray();
    }

    private static void WriteFlags<T>(Utf8JsonWriter json, string name, T flags) where T : struct, Enum
    {
        json.WriteStartArray(name);
        foreach (var flag in Enum.GetValues<T>())
        {
            if (Convert.ToUInt64(flag, System.Globalization.CultureInfo.InvariantCulture) != 0 && flags.HasFlag(flag))
                json.WriteStringValue(flag.ToString());
        }
        json.WriteEndArray();
    }
}
