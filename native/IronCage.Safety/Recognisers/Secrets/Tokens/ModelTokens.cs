using IronCage.Safety.Text;

namespace IronCage.Safety.Recognisers.Secrets.Tokens;

/// <summary>Language models and what is built around them.</summary>
internal static class ModelTokens
{
    private static readonly ContextSet Exa = Vendor.Called("exa", "exa ai");

    public static readonly TokenRow[] Rows =
    [
        // 20 + T3BlbkFJ + 20; the newer ones 58 or 74 on each side of the mark.
        new("OPENAI_API_KEY", "sk-<a48>"),
        new("OPENAI_API_KEY", "sk-<a20>T3BlbkFJ<a20>"),
        new("OPENAI_API_KEY", "sk-(proj|svcacct|admin|None)-<w40-250>"),
        new("ANTHROPIC_API_KEY", "sk-ant-(api|admin)<d2>-<w80-120>"),
        new("ANTHROPIC_OAUTH_TOKEN", "sk-ant-(oat|ort|sid)<d2>-<w80-120>"),
        new("OPENROUTER_API_KEY", "sk-or-v1-<h64>"),
        new("GROQ_API_KEY", "gsk_<a48-56>"),
        new("XAI_API_KEY", "xai-<a70-90>"),
        new("PERPLEXITY_API_KEY", "pplx-<a40-64>"),
        new("MISTRAL_API_KEY", "<a32>", Vendor.Named("mistral", "codestral")),
        new("COHERE_API_KEY", "<a40>", Vendor.Named("cohere", "co api")),
        new("DEEPSEEK_API_KEY", "sk-<h32>", Vendor.Named("deep seek")),
        new("ALIBABA_DASHSCOPE_KEY", "sk-<h32>", Vendor.Named("dash scope", "qwen", "bailian", "tongyi")),
        new("STABILITY_API_KEY", "sk-<a48>", Vendor.Named("stability", "stability ai", "stable diffusion", "dreamstudio")),
        new("TOGETHER_API_KEY", "tgp_v1_<w43>"),
        new("TOGETHER_API_KEY", "<h64>", Vendor.Called("together", "togetherai", "together ai")),
        new("FIREWORKS_API_KEY", "fw_<a22-24>"),
        new("REPLICATE_API_TOKEN", "r8_<a37-40>"),
        new("HUGGINGFACE_TOKEN", "hf_(<y34>|<a34-40>)"),
        new("HUGGINGFACE_TOKEN", "api_org_<a34>"),
        new("CEREBRAS_API_KEY", "csk-<l48>"),
        new("NVIDIA_API_KEY", "nvapi-<w60-70>"),
        new("AI21_API_KEY", "<a32>", Vendor.Named("ai"), Spelled: "ai21"),
        new("VOYAGE_API_KEY", "pa-<w43>"),
        new("JINA_API_KEY", "jina_<w60>"),
        new("LLAMA_CLOUD_API_KEY", "llx-<a48>"),
        new("LANGSMITH_API_KEY", "lsv2_(pt|sk)_<h32>_<h10>"),
        new("LANGSMITH_API_KEY", "ls__<h32>"),
        new("LANGFUSE_SECRET_KEY", "sk-lf-<uuid>"),
        new("ELEVENLABS_API_KEY", "sk_<h48>"),
        new("ASSEMBLYAI_API_KEY", "<h32>", Vendor.Named("assembly ai")),
        new("DEEPGRAM_API_KEY", "<h40>", Vendor.Named("deep gram")),
        new("FAL_API_KEY", "<uuid>:<h32>"),
        new("RUNPOD_API_KEY", "rpa_<a40-52>"),
        new("BASETEN_API_KEY", "<a8>.<a32>", Vendor.Named("baseten")),
        new("TAVILY_API_KEY", "tvly-(dev-|prod-|)<a32>"),
        new("FIRECRAWL_API_KEY", "fc-<h32>"),
        new("EXA_API_KEY", "<uuid>", Exa),
        new("SERPAPI_KEY", "<h64>", Vendor.Named("serp api", "serp")),
        new("SCRAPERAPI_KEY", "<h32>", Vendor.Named("scraper api", "scraper")),
        new("CURSOR_API_KEY", "key_<h64>"),
        new("WANDB_API_KEY", "<h40>", Vendor.Named("wandb", "weights and biases", "weights biases")),
        new("APIFY_TOKEN", "apify_api_<a36>"),
    ];
}
