using System.Text;
using System.Text.RegularExpressions;
using CsCheck;
using IronCage.Core.Entropy;
using IronCage.Core.Tokens;
using IronCage.Safety.Tokens;
using IronCage.Tests;

namespace IronCage.Safety.Tests.Tokens;

internal sealed partial class TokenVaultTests
{
    private static readonly SafetyKey Old = Key(1), New = Key(2);
    private static readonly PiiKind Email = Kind("EMAIL_ADDRESS"), Card = Kind("CREDIT_CARD");

    private ListedTokens store = new();

    [SetUp]
    public void Empty() => store = new ListedTokens();

    private static SafetyKey Key(byte of)
    {
        var key = new byte[32];
        Array.Fill(key, of);
        return new SafetyKey(key);
    }

    private static PiiKind Kind(string name) => PiiKinds.TryGet(name, out PiiKind? kind) ? kind : throw new ArgumentException(name);

    private TokenVault Vault(string tenant = "", params SafetyKey[] keys) => new(new KeyRing(keys.Length == 0 ? [Old] : keys), tenant, store, new SystemRandomSource());

    private static string Tokenise(TokenVault vault, PiiKind kind, string value)
    {
        var batch = new TokenBatch();
        string token = Encoding.ASCII.GetString(vault.Tokenise(kind, Encoding.UTF8.GetBytes(value), batch));
        batch.Save();
        return token;
    }

    private static string? Open(TokenVault vault, string token) => vault.Open(token[1..^1]).Value is { } value ? Encoding.UTF8.GetString(value) : null;

    [Test]
    public void Token_has_its_documented_form_and_opens_to_its_value() =>
        Gen.String[0, 50].Sample(value =>
        {
            string token = Tokenise(Vault(), Email, value);
            Assert.That(token, Does.Match(TokenPattern()));
            Assert.That(Open(Vault(), token), Is.EqualTo(Encoding.UTF8.GetString(Encoding.UTF8.GetBytes(value))));
        }, iter: Counts.Of(2_000), threads: 1); // the list is no store for many threads

    /// <summary>Names outlive releases: they lie in stores and in conversations.</summary>
    [Test]
    public void Names_hashes_and_digests_stay_what_they_are()
    {
        Assert.That(Tokenise(Vault(), Email, "jane@example.org"), Is.EqualTo("[EMAIL_" + Old.TokenCode("", "EMAIL_ADDRESS", "jane@example.org"u8) + "]"));
        Assert.That((Old.Id, Old.TokenCode("t", "EMAIL_ADDRESS", "jane@example.org"u8), Old.HashCode("t", "EMAIL_ADDRESS", "jane@example.org"u8), Old.Digest("t", "EMAIL_ADDRESS", "jane@example.org"u8)),
            Is.EqualTo(("5faa013578de253a", "ATKYKX2PZXKPP1QJ", "CM9YHBTF1MFXZZ49", "c413131aa6dc8934")));
    }

    [Test]
    public void Name_depends_on_key_tenant_kind_and_value_and_on_nothing_else()
    {
        string[] names =
        [
            Old.TokenCode("", "A", "x"u8), New.TokenCode("", "A", "x"u8), Old.TokenCode("t", "A", "x"u8), Old.TokenCode("", "B", "x"u8), Old.TokenCode("", "A", "y"u8),
            Old.HashCode("", "A", "x"u8), Old.TokenCode("A", "", "x"u8), Old.TokenCode("", "A", ""u8),
        ];
        Assert.That(names, Is.Unique);
        Assert.That(Key(1).TokenCode("", "A", "x"u8), Is.EqualTo(names[0]));
    }

    [Test]
    public void What_is_kept_is_not_written_again_and_what_is_being_written_is()
    {
        Tokenise(Vault(), Email, "a@example.org");
        Tokenise(Vault(), Email, "a@example.org");
        Assert.That(store.Writings, Is.EqualTo(1));
        store.Delay = new TaskCompletionSource().Task;
        var batch = new TokenBatch();
        Vault().Tokenise(Email, "a@example.org"u8, batch);
        Vault().Tokenise(Email, "a@example.org"u8, batch);
        Assert.That(batch.Save(), Is.Not.Null, "its caller has to wait as well");
    }

    [Test]
    public void New_key_seals_and_old_one_opens_and_what_was_opened_is_sealed_anew()
    {
        string token = Tokenise(Vault(keys: Old), Email, "a@example.org");
        Assert.That(Vault(keys: New).Open(token[1..^1]).State, Is.EqualTo(TokenState.OtherKey));
        Assert.That(Open(Vault("", New, Old), token), Is.EqualTo("a@example.org"));
        Assert.That(Open(Vault(keys: New), token), Is.EqualTo("a@example.org"));
        Assert.That(Tokenise(Vault("", New, Old), Email, "a@example.org"), Is.Not.EqualTo(token));
    }

    [Test]
    public void Value_opens_under_its_own_tenant_kind_and_name_only()
    {
        string mail = Tokenise(Vault("t"), Email, "a@example.org"), other = Tokenise(Vault("t"), Email, "b@example.org");
        SealedValue row = store.Rows[("t", mail[1..^1])];
        Assert.That(Vault("u").Open(mail[1..^1]).State, Is.EqualTo(TokenState.Unknown));
        foreach (SealedValue forged in new[] { row with { Name = other[1..^1] }, row with { Tenant = "u" }, row with { Kind = Card.Name } })
        {
            store.Rows[(forged.Tenant, forged.Name)] = forged;
            Assert.That(Vault(forged.Tenant).Open(forged.Name).State, Is.EqualTo(TokenState.Damaged));
        }
    }

    [Test]
    public void Damage_of_any_byte_is_seen_and_healed_by_the_value()
    {
        string token = Tokenise(Vault(), Email, "a@example.org");
        SealedValue row = store.Rows[("", token[1..^1])];
        byte[] bytes = row.Sealed.ToArray();
        for (int i = 0; i < bytes.Length; i++)
        {
            byte[] damaged = [.. bytes];
            damaged[i] ^= 1;
            store.Rows[("", row.Name)] = row with { Sealed = damaged };
            Assert.That(Vault().Open(row.Name).State, Is.EqualTo(TokenState.Damaged), $"byte {i}");
            store.Rows[("", row.Name)] = row with { Sealed = bytes.AsMemory(0, i) };
            Assert.That(Vault().Open(row.Name).State, Is.EqualTo(TokenState.Damaged), $"cut at {i}");
        }
        Assert.That(Tokenise(Vault(), Email, "a@example.org"), Is.EqualTo(token));
        Assert.That(Open(Vault(), token), Is.EqualTo("a@example.org"));
    }

    [Test]
    public void Seals_of_one_value_differ_and_hold_nothing_of_it()
    {
        byte[] value = Encoding.ASCII.GetBytes(new string('a', 100));
        var seals = Enumerable.Range(0, 50).Select(_ => Convert.ToHexString(Old.Seal("", "A", "A_X", value, new SystemRandomSource()))).ToList();
        Assert.That(seals, Is.Unique);
        Assert.That(seals, Has.None.Contains("61616161"));
    }

    [TestCase("0101010101010101010101010101010101010101010101010101010101010101")]
    [TestCase("AQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQE=")]
    [TestCase(" AQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQE\n")]
    public void Key_is_read_from_its_texts(string text) => Assert.That(SafetyKey.Parse(text)?.Id, Is.EqualTo(Old.Id));

    [TestCase("")]
    [TestCase("01")]
    [TestCase("g101010101010101010101010101010101010101010101010101010101010101")]
    [TestCase("AQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQ==")]
    [TestCase("AQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQE!")]
    public void Anything_else_is_no_key(string text) => Assert.That(SafetyKey.Parse(text), Is.Null);

    [Test]
    public void Text_of_a_key_is_its_id_and_says_nothing_of_it() => Assert.That(Old.ToString(), Is.EqualTo(Old.Id).And.Not.Contain("0101"));

    [GeneratedRegex(@"^\[EMAIL_[A-HJKMNP-TV-Z][0-9A-HJKMNP-TV-Z]{15}\]$")]
    private static partial Regex TokenPattern();
}
