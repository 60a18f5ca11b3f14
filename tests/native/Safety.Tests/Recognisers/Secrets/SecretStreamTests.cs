using System.Text;
using CsCheck;
using IronCage.Safety.Recognisers.Secrets;

namespace IronCage.Safety.Tests.Recognisers.Secrets;

/// <summary>Mixtures of names, signs and tokens: cut anywhere they are found as in the whole, and redacted nothing is left of them.</summary>
internal sealed class SecretStreamTests
{
    private static readonly Scanner Secrets = new(PiiKinds.All.ToArray().Where(kind => kind.IsSecret).ToArray());

    private static readonly string[] Pieces =
    [
        "password", "api_key", "_secret", "token", "Authorization: ", "Bearer ", "=", ": ", ":", " = ", "\"", "'", "\\\"", " ", "\n", "\\n", "--", "-", "_", ".", "/", "+", "~", "!", "|", "$", "#", "[", "]", "(", "&", ";", ",", "@", "://", "https",
        "Server=a;", "Pwd=", "datadog ", "wordpress ", "commit ", "let ", ": &str", "[GENERIC_SECRET_REDACTED]", "[X_REDACTED]", "**", "${A}", "a", "1", "Zq7", "Galway!42xy7", "Velvet_123ab",
    ];

    private static readonly Gen<byte[]> Mixtures = Gen.Select(Gen.Int[0, Pieces.Length + 20].Array[1, 14], Gen.Int[0, 1_000_000]).Select((picks, seed) =>
    {
        var random = new Random(seed);
        return Encoding.UTF8.GetBytes(string.Concat(picks.Select(pick => pick < Pieces.Length ? Pieces[pick] : Token(random))));
    });

    [Test]
    public void Random_cuts_find_what_the_whole_holds() => Gen.Select(Mixtures, Gen.Int[0, 2000].Array[0, 6]).Try(
        (text, cuts) => ScanStreamTests.CheckCuts(text, cuts.Select(cut => cut % (text.Length + 1)).Order(), Secrets), 6000);

    [Test]
    public void One_byte_at_a_time_finds_what_the_whole_holds() =>
        Mixtures.Try(text => ScanStreamTests.CheckCuts(text, Enumerable.Range(1, Math.Max(0, text.Length - 1)), Secrets), 1500);

    [Test]
    public void Redacted_mixture_holds_nothing_more() => Mixtures.Try(text => RedactionTests.CheckRedaction(text, Secrets), 20_000);

    private static string Token(Random random)
    {
        TokenRow row = TokenTables.All[random.Next(TokenTables.All.Length)];
        string token = TokenTablesTests.Draw(ShapeNotation.Read(row.Shape).First(), random);
        return (row.Context is null || random.Next(3) == 0 ? "" : row.Context.Words[0] + " ") + (random.Next(4) == 0 ? token[..random.Next(token.Length)] : token);
    }
}
