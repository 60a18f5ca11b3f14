using IronCage.Core.Money;

namespace IronCage.Cost;

/// <summary>
/// Reads one file of prices (docs/prices.md: ours, made by build/prices, and the user's) with a forward-only reader: the first price is wanted within milliseconds of
/// start-up. Anything unexpected is an error, since a file that is misread would misprice.
/// </summary>
internal ref struct CatalogueReader
{
    private const string ModelFields =
        "id, match, vendor, context_window, max_output, tokenizer, reasoning, output_limit_field, deprecated, prices, rounded_up";

    private readonly bool isOwn;
    private PriceJson json;
    private string provider;
    private string source;
    private DateOnly? checkedOn;

    private CatalogueReader(ReadOnlySpan<byte> file, string provider, bool isOwn)
    {
        json = new PriceJson(file);
        this.isOwn = isOwn;
        this.provider = provider;
        source = isOwn ? "own" : "";
    }

    /// <summary>Reads a file of the catalogue.</summary>
    /// <exception cref="InvalidDataException">The file is not the catalogue of this provider.</exception>
    public static ProviderCatalogue Read(string provider, ReadOnlySpan<byte> file)
    {
        try
        {
            return new CatalogueReader(file, provider, isOwn: false).ReadFile(out _);
        }
        catch (PriceFileException e)
        {
            throw new InvalidDataException($"the price catalogue of {provider} cannot be read: {e.Message}", e);
        }
    }

    /// <summary>Reads a file of the user's.</summary>
    /// <param name="file">UTF-8, with or without a byte order mark.</param>
    /// <param name="provider">Whose prices they are; null: whoever serves the model.</param>
    /// <param name="aliases">Other names of models.</param>
    /// <exception cref="PriceFileException">It is no such file.</exception>
    public static ProviderCatalogue ReadOwn(ReadOnlySpan<byte> file, out string? provider, out Dictionary<string, string> aliases)
    {
        if (file.StartsWith<byte>([0xEF, 0xBB, 0xBF]))
            file = file[3..];
        var reader = new CatalogueReader(file, "", isOwn: true);
        var catalogue = reader.ReadFile(out aliases);
        provider = reader.provider.Length == 0 ? null : reader.provider;
        return catalogue;
    }

    private ProviderCatalogue ReadFile(out Dictionary<string, string> aliases)
    {
        aliases = new Dictionary<string, string>(StringComparer.Ordinal);
        ProviderCatalogue? catalogue = null;
        var isKnown = false;
        json.Object();
        while (json.Property() is { } name)
        {
            switch (name)
            {
                case "schema":
                    if (json.Tokens("schema") != 1)
                        throw json.Wrong("schema is 1");
                    isKnown = true;
                    break;
                case "provider" when catalogue is null:
                    var whose = json.Name("provider");
                    if (!isOwn && whose != provider)
                        throw json.Wrong("another provider");
                    if (isOwn && ProviderTable.Find(whose) is null)
                        throw json.Wrong($"provider '{whose}' is unknown; there are {ProviderTable.Names}");
                    provider = whose;
                    break;
                case "source" when catalogue is null:
                    source = json.Text("source");
                    break;
                case "checked" when catalogue is null:
                    checkedOn = json.Date("checked");
                    break;
                case "models" when catalogue is null:
                    catalogue = new ProviderCatalogue(provider);
                    json.Array();
                    while (json.Item())
                        ReadModel(catalogue);
                    break;
                case "aliases" when isOwn:
                    json.Object();
                    while (json.Property() is { } alias)
                    {
                        var model = json.Name("the model of an alias");
                        if (!aliases.TryAdd(alias, model))
                            throw json.Wrong($"alias '{alias}' is there twice");
                    }
                    break;
                default:
                    throw json.Wrong($"'{name}' is not accepted here; accepted are schema, provider, source, checked, then models{(isOwn ? ", aliases" : "")}, each once");
            }
        }
        json.End();
        if (!isKnown)
            throw json.Wrong("schema is missing: \"schema\": 1");
        if (catalogue is null && aliases.Count == 0)
            throw json.Wrong("models are missing");
        return catalogue ?? new ProviderCatalogue(provider);
    }

    private void ReadModel(ProviderCatalogue catalogue)
    {
        var draft = new ModelDraft();
        while (json.Property() is { } name)
        {
            switch (name)
            {
                case "id":
                    draft.Id = json.Name("id");
                    json.Subject = $"model '{draft.Id}'";
                    break;
                case "match":
                    draft.HasNames = true;
                    json.Object();
                    while (json.Property() is { } kind)
                        json.Names("a name", kind switch { "exact" => draft.Exact, "prefixes" => draft.Prefixes, "open" => draft.Open, _ => throw json.Wrong($"'{kind}' is not accepted in match; accepted are exact, prefixes, open") });
                    break;
                case "vendor": draft.Vendor = json.Name("vendor"); break;
                case "context_window": draft.ContextWindow = json.Tokens("context_window"); break;
                case "max_output": draft.MaxOutput = json.Tokens("max_output"); break;
                case "tokenizer":
                    draft.Tokenizer = json.Name("tokenizer");
                    if (!TokenCounter.IsPublic(draft.Tokenizer))
                        throw json.Wrong("tokenizer is o200k_base or cl100k_base, or absent");
                    break;
                case "reasoning": draft.Reasoning = json.Bool("reasoning"); break;
                case "output_limit_field":
                    draft.OutputLimitField = json.Name("output_limit_field");
                    if (draft.OutputLimitField is not ("max_tokens" or "max_completion_tokens"))
                        throw json.Wrong("output_limit_field is max_tokens or max_completion_tokens, or absent");
                    break;
                case "deprecated": draft.IsDeprecated = json.Bool("deprecated"); break;
                case "rounded_up": json.Names("a bucket", draft.RoundedUp); break;
                case "prices":
                    if (json.ObjectOrArray())
                    {
                        draft.Periods.Add(ReadPeriod(isFirst: true));
                        break;
                    }
                    while (json.Item())
                        AddPeriod(draft.Periods, ReadPeriod(draft.Periods.Count == 0));
                    break;
                default:
                    throw json.Wrong($"'{name}' is no field of a model; there are {ModelFields}");
            }
        }
        if (draft.Id is null)
            throw json.Wrong("a model needs an id");
        if (draft.Periods.Count == 0)
            throw json.Wrong("prices are missing");
        try
        {
            catalogue.Add(draft, draft.Entry(provider, source, checkedOn, isOwn));
        }
        catch (ArgumentException)
        {
            throw json.Wrong("one of its names is another model's already, or there twice");
        }
        json.Subject = "";
    }

    private void AddPeriod(List<PricePeriod> periods, PricePeriod next)
    {
        var before = periods.FindLast(p => p.From is not null);
        if (next.From is { } from && before?.From >= from)
            throw json.Wrong("the dates of from ascend");
        periods.Add(next);
    }

    private PricePeriod ReadPeriod(bool isFirst)
    {
        var period = new PricePeriod();
        var seen = new HashSet<string>();
        while (json.Property() is { } name)
        {
            switch (name)
            {
                case "from": period.From = json.Date("from"); break;
                case "daily": period.Daily = json.Hours("daily"); break;
                case "request": period.Request = json.Each("request"); break;
                case "search": period.Search = json.Each("search"); break;
                case "tiers":
                    json.Array();
                    while (json.Item())
                        period.Tiers.Add(ReadTier(period.Tiers.Count == 0 ? 0 : period.Tiers[^1].AboveInputTokens));
                    break;
                default:
                    ReadBucket(name, ref period.Buckets, seen);
                    break;
            }
        }
        if (!seen.Contains("input"))
            throw json.Wrong("a price of input is missing");
        if (isFirst != (period.From is null && period.Daily is null))
            throw json.Wrong("the first prices hold where no others do, without from and daily; each that follows has one or both");
        return period;
    }

    private PriceTier ReadTier(long below)
    {
        var above = 0L;
        var buckets = default(PriceBuckets);
        var seen = new HashSet<string>();
        while (json.Property() is { } name)
        {
            if (name == "above_input_tokens")
                above = json.Tokens(name);
            else
                ReadBucket(name, ref buckets, seen);
        }
        if (!seen.Contains("input"))
            throw json.Wrong("a price of input is missing in a tier");
        return above > below ? new PriceTier(above, buckets) : throw json.Wrong("each tier has above_input_tokens, and they ascend");
    }

    private void ReadBucket(string name, ref PriceBuckets buckets, HashSet<string> seen)
    {
        if (BucketTable.Find(name) is not { } bucket)
            throw json.Wrong($"'{name}' is no price; there are {BucketTable.Names}, and beside them from, daily, request, search, tiers");
        if (!seen.Add(name))
            throw json.Wrong($"'{name}' is there twice");
        buckets = bucket.With(buckets, json.PerMillion(name));
    }
}
