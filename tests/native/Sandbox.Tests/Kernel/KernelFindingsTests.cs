using IronCage.Sandbox.Kernel;
using IronCage.Sandbox.Tests.Policy;

namespace IronCage.Sandbox.Tests.Kernel;

public sealed class KernelFindingsTests
{
    [Test]
    public void A_machine_without_Linux_gets_one_finding()
    {
        var findings = KernelFindings.Of(new KernelSupport());
        Assert.That(findings, Has.Length.EqualTo(1));
        Assert.That(findings[0].Level, Is.EqualTo(FindingLevel.Missing));
        Assert.That(findings[0].Advice, Does.Contain("Linux 5.13"));
    }

    [TestCase(38, "has none")]
    [TestCase(95, "turned off at boot")]
    [TestCase(1, "filter of the container")]
    public void Why_there_is_no_Landlock_is_told_with_what_to_do(int error, string text)
    {
        var finding = KernelFindings.Of(Compiling.Kernel(0) with { LandlockError = error }).Single(finding => finding.Subject == "Landlock");
        Assert.That(finding.Text, Does.Contain(text));
        Assert.That(finding.Level, Is.EqualTo(FindingLevel.Missing));
        Assert.That(finding.Advice, Is.Not.Null);
    }

    /// <summary>What is missing for every policy is exactly what a policy that asks for nothing loses.</summary>
    [Test]
    public void Missing_is_found_exactly_where_an_empty_policy_loses_something([Range(0, 10)] int abi, [Values] bool notifications, [Values] bool openBeneath)
    {
        var kernel = Compiling.Kernel(abi) with { SeccompNotifications = notifications, OpenBeneath = openBeneath };
        var missing = KernelFindings.Of(kernel).Any(finding => finding.Level == FindingLevel.Missing);
        Assert.That(missing, Is.EqualTo(!Compiling.Compile("{}", kernel).Losses.IsEmpty));
    }

    [Test]
    public void A_kernel_with_part_of_an_ABI_is_noticed()
    {
        var findings = KernelFindings.Of(Compiling.Kernel() with { LandlockNet = 0 });
        Assert.That(findings, Has.Some.Matches<Finding>(finding => finding.Text.Contains("left out of this kernel")));
        Assert.That(findings, Has.Some.Matches<Finding>(finding => finding.Subject == "ports"));
    }

    [Test]
    public void Who_watches_the_memory_of_a_tree_is_told()
    {
        var held = Compiling.Kernel() with { Cgroup = new CgroupSupport("/sys/fs/cgroup/x", ["memory", "pids"], null) };
        Assert.That(KernelFindings.Of(held), Has.Some.Matches<Finding>(finding => finding.Level == FindingLevel.Limited && finding.Text.Contains("/sys/fs/cgroup/x")));
        Assert.That(KernelFindings.Of(Compiling.Kernel()), Has.Some.Matches<Finding>(finding => finding.Level == FindingLevel.Limited && finding.Text.Contains("supervisor watches")));
    }
}
