using System.Text;
using System.Text.Json;

namespace IronCage.Safety.Tests.Recognisers.Phones;

/// <summary>Numbers of every region that a judge calls valid: tests/vectors/phones.json, made by build/phone-vectors.</summary>
internal sealed class PhoneVectorTests
{
    private static readonly JsonElement Rows =
        JsonDocument.Parse(File.ReadAllBytes(Path.Combine(TestContext.CurrentContext.TestDirectory, "phones.json"))).RootElement.GetProperty("rows");

    private static readonly Scanner Phones = Scanners.For("PHONE_NUMBER");

    private static IEnumerable<TestCaseData> Numbers() =>
        Rows.EnumerateArray().Select(row => new TestCaseData(row).SetArgDisplayNames($"{row.GetProperty("region")}", $"{row.GetProperty("sort")}"));

    [TestCaseSource(nameof(Numbers))]
    public void Number_is_found_in_every_form(JsonElement row)
    {
        Check("It was ", row.GetProperty("international").GetString()!, ", I think.");
        Check("It was ", row.GetProperty("e164").GetString()!, ".");
        Check("<a href=\"tel:", row.GetProperty("rfc3966").GetString()!["tel:".Length..], "\">");
        if (row.TryGetProperty("national", out JsonElement national))
            Check(row.GetProperty("word").GetString() + " ", national.GetString()!, " (…)");
    }

    [Test]
    public void Vectors_hold_national_numbers_of_many_regions()
    {
        var regions = Rows.EnumerateArray().Where(row => row.TryGetProperty("national", out _)).Select(row => row.GetProperty("region").GetString()).Distinct();
        Assert.That(regions.Count(), Is.GreaterThan(200));
    }

    private static void Check(string left, string number, string right)
    {
        byte[] utf8 = Encoding.UTF8.GetBytes(left + number + right);
        var found = Phones.Scan(utf8).Select(f => Encoding.UTF8.GetString(utf8, f.Start, f.End - f.Start));
        Assert.That(found, Is.EqualTo(new[] { number }));
    }
}
