using IronCage.Safety.Text;

namespace IronCage.Safety.Recognisers.Secrets.Tokens;

/// <summary>Microsoft's cloud: its newer keys carry a mark of the service at a fixed place.</summary>
internal static class AzureTokens
{
    private static readonly ContextSet Api = new(
        "azure api", "azure openai", "azure key", "azure cognitive", "cognitive services", "ocp apim", "ocp apim subscription key", "apim", "azure translator", "azure speech", "azure vision", "azure maps", "azure face",
        "azure language", "azure document", "cognitive", "azure ai", "azure subscription", "subscription key", "azure token", "azure secret", "azure apikey");

    private static readonly ContextSet Storage = new("accountkey", "account key", "storage key", "azure storage", "storage account", "blob", "azure blob", "azure account", "storage");
    private static readonly ContextSet Cosmos = new("cosmos", "cosmosdb", "cosmos db", "documentdb");
    private static readonly ContextSet ServiceBus = new("sharedaccesskey", "shared access key", "service bus", "servicebus", "azure service bus");
    private static readonly ContextSet EventHub = new("event hub", "eventhub", "event hubs", "eventhubs");
    private static readonly ContextSet Iot = new("iot hub", "iothub", "azure iot", "iot", "device key", "azure devices");
    private static readonly ContextSet Functions = new("azure function", "azure functions", "functions key", "function key", "x functions key", "host key", "azurewebsites");
    private static readonly ContextSet Search = new("azure search", "cognitive search", "ai search", "search admin", "search api", "search key");
    private static readonly ContextSet Registry = new("container registry", "azurecr", "acr");
    private static readonly ContextSet DevOps = new("azure devops", "azure dev ops", "visualstudio", "vsts", "ado pat", "ado token", "tfs", "system accesstoken", "devops pat", "azdo", "devops");
    private static readonly ContextSet Sas = new("sig", "sharedaccesssignature", "sas", "signature");

    public static readonly TokenRow[] Rows =
    [
        new("AZURE_API_KEY", "<a52>JQQJ99<a26>"),
        new("AZURE_API_KEY", "<a84>", Api),
        new("AZURE_API_KEY", "<h32>", Api),
        new("AZURE_STORAGE_KEY", "<b76>+ASt<b6>=="),
        new("AZURE_STORAGE_KEY", "<b86>==", Storage),
        new("AZURE_COSMOS_KEY", "<b76>ACDb<b6>=="),
        new("AZURE_COSMOS_KEY", "<b86>==", Cosmos),
        new("AZURE_SERVICE_BUS_KEY", "<b33>+ASb<b6>="),
        new("AZURE_SERVICE_BUS_KEY", "<b43>=", ServiceBus),
        new("AZURE_EVENT_HUB_KEY", "<b33>+AEh<b6>="),
        new("AZURE_EVENT_HUB_KEY", "<b43>=", EventHub),
        new("AZURE_IOT_KEY", "<b33>AIoT<b6>="),
        new("AZURE_IOT_KEY", "<b43>=", Iot),
        new("AZURE_FUNCTION_KEY", "<w44>AzFu<w6>=="),
        new("AZURE_FUNCTION_KEY", "<w54>==", Functions),
        new("AZURE_SEARCH_KEY", "<a42>AzSe<a6>"),
        new("AZURE_SEARCH_KEY", "<a52>", Search),
        new("AZURE_CONTAINER_REGISTRY_KEY", "<b42>+ACR<b6>"),
        new("AZURE_CONTAINER_REGISTRY_KEY", "<b52>", Registry),
        new("AZURE_DEVOPS_TOKEN", "<a76>AZDO<a4>"),
        new("AZURE_DEVOPS_TOKEN", "<l52>", DevOps),
        new("AZURE_CLIENT_SECRET", "<t3><d1>Q~<t31-34>"),

        // A second tilde keeps the trigger from the first part.
        .. Enumerable.Range(0, 16).Select(n => new TokenRow("AZURE_CLIENT_SECRET", $"<t3><d1>Q~<q{n}>~<t{30 - n}-{33 - n}>")),
        new("AZURE_SAS_SIGNATURE", "<%46-70>", Sas),
        new("AZURE_SAS_SIGNATURE", "<b43>=", Sas),
    ];
}
