using System.Collections.Frozen;
using System.Text;
using IronCage.Safety.Text;

namespace IronCage.Safety.Recognisers.Phones;

/// <summary>The forms of <see cref="NationalPlan.Printed"/> of all plans: by shape, with which three digits a number of it begins.</summary>
internal sealed class PrintedForms
{
    private const int Words = (PrefixPattern.Count + 63) / 64;

    private readonly FrozenDictionary<ulong, ulong[]> prefixes;

    public PrintedForms(IEnumerable<NationalPlan> plans)
    {
        var forms = new Dictionary<ulong, ulong[]>();
        foreach (string form in plans.SelectMany(plan => plan.Printed))
        {
            ulong shape = ShapeOf(form);
            if (!forms.TryGetValue(shape, out ulong[]? set))
                forms[shape] = set = new ulong[Words];
            foreach (int prefix in PrefixPattern.Expand(form))
                set[prefix >> 6] |= 1UL << (prefix & 63);
        }

        prefixes = forms.ToFrozenDictionary();
    }

    public bool Contains(ulong shape, ReadOnlySpan<byte> digits)
    {
        if (!prefixes.TryGetValue(shape, out ulong[]? set))
            return false;
        int prefix = PrefixPattern.Of(digits);
        return (set[prefix >> 6] >> (prefix & 63) & 1) != 0;
    }

    /// <summary>Reads a form as a number is read, with a digit for each choice.</summary>
    private static ulong ShapeOf(string form)
    {
        var text = new StringBuilder();
        for (int i = 0; i < form.Length; i++)
        {
            if (form[i] == '[')
                i = form.IndexOf(']', i);
            text.Append(form[i] is ']' or 'x' ? '5' : form[i]);
        }

        byte[] bytes = Encoding.ASCII.GetBytes(text.ToString());
        bool isOpen = bytes[0] == '(';
        var reader = new PhoneReader(new TextWindow(bytes, final: true, origin: 0, new ScanScratch()), isOpen ? 1 : 0, isOpen);
        while (reader.Next() == MatchState.Match)
        {
        }

        if (reader.End != bytes.Length)
            throw new InvalidOperationException($"{form} is no form of a telephone number.");
        return reader.Shape;
    }
}
