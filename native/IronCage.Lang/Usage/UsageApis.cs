namespace IronCage.Lang.Usage;

/// <summary>Names of <see cref="UsageApi"/>s.</summary>
public static class UsageApis
{
    /// <summary>The accepted names, for messages.</summary>
    public const string Names = "chat, responses, messages, generate_content, converse, invoke, cohere, ollama";

    /// <summary>Finds one by its name.</summary>
    public static bool TryParse(string name, out UsageApi api)
    {
        UsageApi? found = name switch
        {
            "chat" => UsageApi.Chat,
            "responses" => UsageApi.Responses,
            "messages" => UsageApi.Messages,
            "generate_content" => UsageApi.GenerateContent,
            "converse" => UsageApi.Converse,
            "invoke" => UsageApi.Invoke,
            "cohere" => UsageApi.Cohere,
            "ollama" => UsageApi.Ollama,
            _ => null,
        };
        api = found ?? default;
        return found is not null;
    }

    /// <summary>Its name.</summary>
    public static string NameOf(UsageApi api) => api switch
    {
        UsageApi.Chat => "chat",
        UsageApi.Responses => "responses",
        UsageApi.Messages => "messages",
        UsageApi.GenerateContent => "generate_content",
        UsageApi.Converse => "converse",
        UsageApi.Invoke => "invoke",
        UsageApi.Cohere => "cohere",
        _ => "ollama",
    };
}
