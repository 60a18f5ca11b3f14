using System.Buffers;
using System.Text.Json;
using IronCage.Sandbox.Landlock;
using IronCage.Sandbox.Seccomp;
using IronCage.Sandbox.Spawning;
using IronCage.Sandbox.Supervising;

namespace IronCage.Sandbox.Hosting;

/// <summary>What a process needs to confine itself after a fork, when no managed code can run in it any more: data for bare system calls.</summary>
/// <param name="Ruleset">A descriptor; −1 without Landlock.</param>
/// <param name="Json">All else.</param>
internal sealed record BlockPlan(int Ruleset, byte[] Json)
{
    /// <exception cref="KernelException">The kernel refuses a step.</exception>
    public static unsafe BlockPlan Make(ConfiguredSandbox sandbox)
    {
        SupervisorProcess.Retire();
        var folder = PrivateFolder.Make(sandbox.TemporaryDirectory);
        try
        {
            var compiled = sandbox.Compiled.WithPrivateFolder(folder);
            var plan = new LaunchPlan(compiled);
            var timeout = compiled.Timeout is { } limit ? (long)Math.Ceiling(limit.TotalMilliseconds) : 0;
            var request = new LaunchRequest(sandbox.Setup, [], [], [], [], NativeText.Of(folder), SupervisorProcess.NewMark(), timeout, Unconfined: false);
            var ruleset = compiled.Landlock is { } domain ? Supervising.Ruleset.Make(domain) : -1;
            var bytes = new ArrayBufferWriter<byte>();
            using (var json = new Utf8JsonWriter(bytes))
            {
                json.WriteStartObject();
                json.WriteNumber("restrict_flags", (uint)(compiled.Landlock?.RestrictFlags ?? RestrictFlags.None));
                json.WriteString("filter", Convert.ToHexString(new ReadOnlySpan<byte>(plan.Programme, plan.Length * sizeof(BpfInstruction))));
                json.WriteString("request", Convert.ToHexString(request.Write()));
                json.WriteString("private_folder", folder);
                json.WriteEndObject();
            }
            GC.KeepAlive(plan);
            return new BlockPlan(ruleset, bytes.WrittenSpan.ToArray());
        }
        catch
        {
            PrivateFolder.Remove(folder);
            throw;
        }
    }
}
