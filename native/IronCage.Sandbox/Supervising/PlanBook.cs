using System.Text;
using IronCage.Sandbox.Hosting;
using IronCage.Sandbox.Kernel;
using IronCage.Sandbox.Policy;
using IronCage.Sandbox.Spawning;

namespace IronCage.Sandbox.Supervising;

/// <summary>Policies that were compiled, by their text: a host starts many programs under few.</summary>
/// <param name="kernel">What the kernel can enforce.</param>
internal sealed class PlanBook(KernelSupport kernel)
{
    private const int Most = 64;

    private readonly Dictionary<string, LaunchPlan> _plans = [];
    private readonly Lock _gate = new();

    /// <summary>The plan of a policy.</summary>
    /// <exception cref="PolicyException">It cannot be meant, or not be enforced here.</exception>
    public LaunchPlan Find(byte[] setup)
    {
        var text = Encoding.UTF8.GetString(setup);
        lock (_gate)
        {
            if (_plans.TryGetValue(text, out var known))
                return known;
        }
        return Compile(text, setup);
    }

    /// <summary>Compiles a policy anew.</summary>
    public LaunchPlan Renew(byte[] setup) => Compile(Encoding.UTF8.GetString(setup), setup);

    private LaunchPlan Compile(string text, byte[] setup)
    {
        var compiled = SandboxSetup.Read(setup).Compile(kernel);
        if (compiled.Refusal is { } refusal)
            throw new PolicyException("policy", refusal);
        var plan = new LaunchPlan(compiled);
        lock (_gate)
        {
            if (_plans.Count >= Most)
                _plans.Clear();
            _plans[text] = plan;
        }
        return plan;
    }
}
