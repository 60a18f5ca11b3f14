namespace IronCage.Cost;

/// <summary>How a name was found: the entry, the name of it that matched, and the rule.</summary>
internal readonly record struct NameMatch(ModelEntry Entry, string Name, string Rule)
{
    public const string Exact = "the name itself", Snapshot = "a snapshot of it", FineTune = "a fine-tune of it";
}
