namespace IronCage.Safety.Recognisers.Identifiers;

/// <summary>Reads the notation of <see cref="IdentifierRule"/>.</summary>
internal static class IdentifierForms
{
    private static readonly string[] Joiners = ["", " ", "-"];

    /// <summary>The single forms, without <c>|</c> and <c>_</c>.</summary>
    public static IEnumerable<string> Expand(string forms)
    {
        foreach (string form in forms.Split('|', StringSplitOptions.RemoveEmptyEntries))
        {
            if (!form.Contains('_', StringComparison.Ordinal))
            {
                yield return form;
                continue;
            }

            foreach (string joiner in Joiners)
                yield return form.Replace("_", joiner, StringComparison.Ordinal);
        }
    }

    /// <summary>How many digits a value of the form has at least.</summary>
    public static int FewestDigits(string form) => form.AsSpan().Count('9');
}
