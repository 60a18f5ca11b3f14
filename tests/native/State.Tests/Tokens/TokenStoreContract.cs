using IronCage.Core.Tokens;

namespace IronCage.State.Tests.Tokens;

/// <summary>What every store of sealed values does.</summary>
public abstract class TokenStoreContract
{
    private protected abstract ITokenStore Store { get; }

    private protected static SealedValue Value(string name, byte content = 1, string tenant = "t") => new(tenant, name, "EMAIL_ADDRESS", "key", new byte[] { content, 2, 3 });

    private protected static (string, string, string, string, string) Shown(SealedValue? value) =>
        value is null ? default : (value.Tenant, value.Name, value.Kind, value.KeyId, Convert.ToHexString(value.Sealed.Span));

    [Test]
    public async Task What_was_written_is_at_hand_and_kept()
    {
        await Store.WriteAsync([Value("A"), Value("B", tenant: "u")]);
        Assert.That(Shown(Store.Find("t", "A", out var isKept)), Is.EqualTo(Shown(Value("A"))));
        Assert.That(isKept, Is.True);
        Assert.That(Store.Find("t", "B", out isKept), Is.Null, "of another tenant");
        Assert.That(isKept, Is.False);
        Assert.That(Shown(Store.Find("u", "B", out _)), Is.EqualTo(Shown(Value("B", tenant: "u"))));
    }

    [Test]
    public async Task What_is_written_later_stands_instead()
    {
        await Store.WriteAsync([Value("A"), Value("A", 7)]);
        Assert.That(Shown(Store.Find("t", "A", out _)), Is.EqualTo(Shown(Value("A", 7))));
        await Store.WriteAsync([Value("A", 9)]);
        Assert.That(Shown(Store.Find("t", "A", out _)), Is.EqualTo(Shown(Value("A", 9))));
    }

    [Test]
    public void Many_threads_write_and_find_at_once()
    {
        var wrong = 0;
        // Threads of their own: the pool would first have to grow to 64 that block.
        var threads = Enumerable.Range(0, 64).Select(number => new Thread(() =>
        {
            for (var i = 0; i < 10; i++)
            {
                Store.WriteAsync([Value($"{number % 8}-{i}"), Value($"own-{number}-{i}")]).AsTask().GetAwaiter().GetResult();
                if (Store.Find("t", $"own-{number}-{i}", out var isKept) is null || !isKept)
                    Interlocked.Increment(ref wrong);
            }
        })).ToArray();
        foreach (var thread in threads)
            thread.Start();
        foreach (var thread in threads)
            thread.Join();
        Assert.That(wrong, Is.Zero);
    }
}
