using System.Text;
using IronCage.Safety.Text;

namespace IronCage.Safety.Recognisers.Identifiers;

/// <summary>Makes sets of context words: Latin words with marks are also known without them, as names of columns and people in a hurry write them.</summary>
internal static class IdentifierWords
{
    private const string Marked = "áàâãäåāăąçćčďéèêëēěęėğģíìîïīįıķĺļłľñńňņóòôõöøőōŕřśšşșťţțúùûüūůűųýžźżðþ";
    private const string Plain = "aaaaaaaaacccdeeeeeeeeggiiiiiiikllllnnnnoooooooorrsssstttuuuuuuuuyzzzdt";

    /// <summary>Words for a passport whose country is not said.</summary>
    public static readonly ContextSet AnyPassport = Of("passport", "passport number", "passport no", "passport num", "passport id", "travel document");

    public static ContextSet Of(params string[] words) => new([.. words.Union(words.Select(Unmarked), StringComparer.Ordinal)]);

    private static string Unmarked(string word)
    {
        var plain = new StringBuilder(word.Length);
        foreach (char c in word)
        {
            int mark = Marked.IndexOf(char.ToLowerInvariant(c), StringComparison.Ordinal);
            plain.Append(mark < 0 ? c : Plain[mark]);
        }

        return plain.ToString();
    }
}
