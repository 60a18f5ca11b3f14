namespace IronCage.Cost;

/// <summary>Finds the names most like one that is unknown.</summary>
internal static class NearestNames
{
    private const int Most = 5;

    /// <summary>At most five, best first: fewest letters to change, then the shorter. Those that have less than half in common with it are left out.</summary>
    public static IReadOnlyList<string> Of(string model, IEnumerable<string> names) =>
        [.. names.Distinct(StringComparer.Ordinal)
            .Where(name => Math.Abs(name.Length - model.Length) <= Math.Max(name.Length, model.Length) / 2)
            .Select(name => (Name: name, Distance: Distance(model, name)))
            .Where(near => near.Distance <= Math.Max(near.Name.Length, model.Length) / 2)
            .OrderBy(near => near.Distance).ThenBy(near => near.Name.Length).ThenBy(near => near.Name, StringComparer.Ordinal)
            .Take(Most).Select(near => near.Name)];

    /// <summary>Levenshtein's, in which the case of a letter counts for nothing.</summary>
    private static int Distance(string a, string b)
    {
        var row = new int[b.Length + 1];
        for (var j = 0; j <= b.Length; j++)
            row[j] = j;
        for (var i = 1; i <= a.Length; i++)
        {
            var diagonal = row[0];
            row[0] = i;
            for (var j = 1; j <= b.Length; j++)
            {
                var same = char.ToLowerInvariant(a[i - 1]) == char.ToLowerInvariant(b[j - 1]);
                (diagonal, row[j]) = (row[j], Math.Min(same ? diagonal : diagonal + 1, Math.Min(row[j], row[j - 1]) + 1));
            }
        }
        return row[b.Length];
    }
}
