using CsCheck;
using IronCage.Tests;

namespace IronCage.Safety.Tests;

/// <summary>
/// Tries a property of mixtures of texts: in a normal run with the same examples every time, so that a run says something about a change and not about luck; with
/// <c>build/test --long</c> and <c>build/fuzz</c> with others each time.
/// </summary>
internal static class Trials
{
    private const ulong Seed = 20261130;

    public static void Try<T>(this Gen<T> gen, Action<T> check, int normal, int seconds = -1)
    {
        if (seconds > 0)
            gen.Sample(check, iter: long.MaxValue, time: seconds);
        else if (Counts.Long)
            gen.Sample(check, iter: Counts.Of(normal));
        else
            Parallel.For(0, normal, i => check(gen.Generate(new PCG((uint)i, Seed), null, out _)));
    }

    public static void Try<T1, T2>(this Gen<(T1, T2)> gen, Action<T1, T2> check, int normal, int seconds = -1) =>
        gen.Try(example => check(example.Item1, example.Item2), normal, seconds);

    public static void Try<T1, T2, T3>(this Gen<(T1, T2, T3)> gen, Action<T1, T2, T3> check, int normal, int seconds = -1) =>
        gen.Try(example => check(example.Item1, example.Item2, example.Item3), normal, seconds);
}
