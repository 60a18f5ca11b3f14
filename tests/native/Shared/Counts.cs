namespace IronCage.Tests;

/// <summary>How often a property is tried.</summary>
internal static class Counts
{
    /// <summary>Whether this is <c>build/test --long</c>.</summary>
    public static bool Long { get; } = Environment.GetEnvironmentVariable("IRON_CAGE_LONG") == "1";

    /// <summary>The first in the normal run, a hundred times as many in the long one.</summary>
    public static long Of(int normal) => Long ? 100L * normal : normal;
}
