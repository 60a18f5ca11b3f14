namespace IronCage.Core.Entropy;

/// <summary>Where keys and nonces come from. Thread-safe.</summary>
public interface IRandomSource
{
    /// <summary>Fills with bytes that nobody can predict.</summary>
    void Fill(Span<byte> bytes);
}
