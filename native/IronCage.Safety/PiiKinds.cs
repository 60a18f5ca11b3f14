using System.Collections.Frozen;
using System.Diagnostics.CodeAnalysis;
using IronCage.Safety.Kinds;

namespace IronCage.Safety;

/// <summary>The table of kinds: <see cref="PiiGroup.Personal"/>, then <see cref="PiiGroup.National"/>, then <see cref="PiiGroup.Secret"/>.</summary>
public static class PiiKinds
{
    private static readonly PiiKind[] Table = Number([.. PersonalKinds.All, .. NationalKinds.All, .. SecretKinds.All]);
    private static readonly FrozenDictionary<string, PiiKind> ByName = Table.ToFrozenDictionary(kind => kind.Name, StringComparer.Ordinal);

    /// <summary>Every kind, ordered by <see cref="PiiKind.Index"/>.</summary>
    public static ReadOnlySpan<PiiKind> All => Table;

    /// <summary>The kind of that exact name.</summary>
    /// <returns>False, and null, for a name that is not in the table.</returns>
    public static bool TryGet(string name, [NotNullWhen(true)] out PiiKind? kind) => ByName.TryGetValue(name, out kind);

    private static PiiKind[] Number(PiiKind[] table)
    {
        for (int i = 0; i < table.Length; i++)
            table[i].Index = i;
        return table;
    }
}
