namespace IronCage.Cost;

/// <summary>
/// A model as requests name it, brought into the form of its provider's price file: ARNs, region prefixes, resource paths and routes taken off. Either
/// <see cref="Problem"/> says why that cannot be done, or <see cref="Name"/> is the name to look for.
/// </summary>
internal readonly record struct ModelAddress(string Provider, string Name, string? Step = null, string? Problem = null)
{
    private static readonly string[] Regions = ["us-gov.", "us.", "eu.", "apac.", "jp.", "au.", "ca.", "sa.", "global."];

    /// <param name="provider">An id of the table, or <see cref="ProviderTable.Router"/>.</param>
    /// <param name="model">Printable ASCII.</param>
    public static ModelAddress At(string provider, string model) => provider switch
    {
        "aws" => Bedrock(model),
        "google" => Google(model),
        ProviderTable.Router => Route(model),
        _ => new ModelAddress(provider, model),
    };

    /// <summary>Where no host says who serves the model: the name may.</summary>
    public static ModelAddress Anywhere(string model)
    {
        if (model.StartsWith("arn:", StringComparison.Ordinal) || IsBedrockId(model))
            return Bedrock(model);
        if (model.StartsWith("models/", StringComparison.Ordinal) || model.Contains("publishers/", StringComparison.Ordinal))
            return Google(model);
        return new ModelAddress(ProviderTable.ByName(model) ?? "openai", model);
    }

    /// <summary>The name without its region, as Bedrock's file has it; null where it has none.</summary>
    public static string? WithoutRegion(string name)
    {
        foreach (var region in Regions)
        {
            if (name.StartsWith(region, StringComparison.Ordinal))
                return "*." + name[region.Length..];
        }
        return null;
    }

    private static bool IsBedrockId(string model)
    {
        var bare = WithoutRegion(model)?[2..] ?? model;
        foreach (var vendor in (ReadOnlySpan<string>)["anthropic.", "amazon.", "meta.", "mistral.", "deepseek.", "qwen.", "nvidia.", "openai.", "google.", "cohere.", "ai21."])
        {
            if (bare.StartsWith(vendor, StringComparison.Ordinal))
                return true;
        }
        return false;
    }

    private static ModelAddress Bedrock(string model)
    {
        if (!model.StartsWith("arn:", StringComparison.Ordinal))
            return new ModelAddress("aws", model);
        // arn:PARTITION:bedrock:REGION:ACCOUNT:KIND/ID, where the id may have colons of its own
        var parts = model.Split(':', 6);
        var slash = parts[^1].IndexOf('/', StringComparison.Ordinal);
        var kind = slash < 0 ? "" : parts[^1][..slash];
        return parts.Length == 6 && parts[2] == "bedrock" && kind is "foundation-model" or "inference-profile"
            ? new ModelAddress("aws", parts[^1][(slash + 1)..], "the id in its ARN")
            : new ModelAddress("aws", model, Problem: $"an ARN of {(kind.Length == 0 ? "this kind" : $"the kind {kind}")} does not say which model it is");
    }

    private static ModelAddress Google(string model)
    {
        var name = model;
        var models = name.LastIndexOf("models/", StringComparison.Ordinal);
        if (models == 0 || models > 0 && name[models - 1] == '/')
            name = name[(models + "models/".Length)..];
        else if (model.Contains("tunedModels/", StringComparison.Ordinal) || model.Contains("endpoints/", StringComparison.Ordinal))
            return new ModelAddress("google", model, Problem: "a tuned model or endpoint does not say which model it is");
        foreach (var publisher in (ReadOnlySpan<string>)["google/", "anthropic/"])
        {
            if (name.StartsWith(publisher, StringComparison.Ordinal))
                name = name[publisher.Length..];
        }
        if (name.EndsWith("@default", StringComparison.Ordinal))
            name = name[..^"@default".Length];
        return name.Length == model.Length ? new ModelAddress("google", name) : new ModelAddress("google", name, "the model in its path");
    }

    /// <summary>The Hugging Face router: <c>organisation/model:provider</c>.</summary>
    private static ModelAddress Route(string model)
    {
        var colon = model.LastIndexOf(':');
        var provider = "huggingface_" + model[(colon + 1)..];
        if (colon > 0 && ProviderTable.Find(provider) is not null)
            return new ModelAddress(provider, model[..colon], "the provider behind its colon");
        return new ModelAddress(ProviderTable.Router, model, Problem: colon > 0
            ? $"the router's provider '{model[(colon + 1)..]}' is not in the catalogue"
            : "the router chooses a provider by itself, each with its own price; name one as model:provider");
    }
}
