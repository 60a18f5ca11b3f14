using System.Text;

namespace IronCage.Safety.Tests;

/// <summary>Texts with the expected findings in ⟦brackets⟧, and the check that a scanner finds exactly those.</summary>
internal static class Marked
{
    public static void Check(string marked, params string[] kinds)
    {
        var expected = new List<string>();
        var text = new StringBuilder();
        int open = -1;
        foreach (char c in marked)
        {
            if (c == '⟦')
            {
                open = text.Length;
            }
            else if (c == '⟧')
            {
                int start = Encoding.UTF8.GetByteCount(text.ToString(0, open));
                expected.Add($"{start}: {text.ToString(open, text.Length - open)}");
            }
            else
            {
                text.Append(c);
            }
        }

        byte[] utf8 = Encoding.UTF8.GetBytes(text.ToString());
        var findings = new List<Finding>();
        int count = Scanners.For(kinds).Scan(utf8, findings);

        Assert.That(count, Is.EqualTo(findings.Count));
        Assert.That(findings.Select(f => $"{f.Start}: {Encoding.UTF8.GetString(utf8, f.Start, f.End - f.Start)}"), Is.EqualTo(expected), text.ToString());
    }

    /// <summary>The kinds found in a text, as "KIND value".</summary>
    public static List<string> Kinds(string text)
    {
        byte[] utf8 = Encoding.UTF8.GetBytes(text);
        var findings = new List<Finding>();
        Scanners.All.Scan(utf8, findings);
        return [.. findings.Select(f => $"{f.Kind.Name} {Encoding.UTF8.GetString(utf8, f.Start, f.End - f.Start)}")];
    }
}
