namespace IronCage.Lang.Hosts;

/// <summary>What a request to an LLM host asks for.</summary>
public enum Endpoint
{
    /// <summary>Not an LLM host, or a request that costs nothing (listing models): pass.</summary>
    None = 0,

    /// <summary>A model is to answer: what is protected, and paid.</summary>
    Generate,

    /// <summary>Texts leave, but nothing is charged (counting tokens): screened and free.</summary>
    Free,

    /// <summary>An answer that was made before is fetched: its texts are screened, and nothing is charged.</summary>
    Stored,

    /// <summary>A request that may cost money or carry texts, to a protocol that is read, at a path that is not: cannot be judged.</summary>
    Unread,
}
