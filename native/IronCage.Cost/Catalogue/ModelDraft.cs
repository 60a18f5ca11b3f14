namespace IronCage.Cost;

/// <summary>A model while its entry is read.</summary>
internal sealed class ModelDraft
{
    public string? Id { get; set; }
    public bool HasNames { get; set; }
    public List<string> Exact { get; } = [];
    public List<string> Prefixes { get; } = [];
    public List<string> Open { get; } = [];
    public string? Vendor { get; set; }
    public long? ContextWindow { get; set; }
    public long? MaxOutput { get; set; }
    public string? Tokenizer { get; set; }
    public bool Reasoning { get; set; }
    public string? OutputLimitField { get; set; }
    public bool IsDeprecated { get; set; }
    public List<string> RoundedUp { get; } = [];
    public List<PricePeriod> Periods { get; } = [];

    public ModelEntry Entry(string provider, string source, DateOnly? checkedOn, bool isOwn)
    {
        var prices = new ModelPrice[Periods.Count];
        for (var i = 0; i < prices.Length; i++)
        {
            var period = Periods[i];
            prices[i] = new ModelPrice(Id!, provider, period.Buckets, [.. period.Tiers])
            {
                Vendor = Vendor ?? provider,
                PerRequest = period.Request,
                PerSearch = period.Search,
                From = period.From,
                Until = period.Daily is null ? Periods.Skip(i + 1).FirstOrDefault(later => later.From is not null && later.Daily is null)?.From : null,
                Daily = period.Daily,
                RoundedUp = RoundedUp,
                IsDeprecated = IsDeprecated,
                IsAssumed = isOwn,
                ContextWindow = ContextWindow,
                MaxOutput = MaxOutput,
                Tokenizer = Tokenizer,
                Reasoning = Reasoning,
                OutputLimitField = OutputLimitField,
                Source = source,
                Checked = checkedOn,
            };
        }
        return new ModelEntry(prices);
    }
}
