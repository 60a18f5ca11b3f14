using System.Net;
using IronCage.Sandbox.Proxying;

namespace IronCage.Sandbox.Tests.Proxying;

/// <summary>Says addresses one after another, and counts how often it was asked.</summary>
internal sealed class FakeResolver(params string[][] answers) : INameResolver
{
    private int _asked;

    public int Asked => Volatile.Read(ref _asked);

    public Task<IPAddress[]> ResolveAsync(string name, CancellationToken cancellation)
    {
        var turn = Interlocked.Increment(ref _asked) - 1;
        return Task.FromResult(answers.Length == 0 ? [] : answers[Math.Min(turn, answers.Length - 1)].Select(text => IPAddress.Parse(text)).ToArray());
    }
}
