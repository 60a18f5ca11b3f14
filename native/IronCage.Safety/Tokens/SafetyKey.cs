using System.Buffers.Text;
using System.Text;
using IronCage.Core.Entropy;
using IronCage.Safety.Text;
using Org.BouncyCastle.Crypto;
using Org.BouncyCastle.Crypto.Digests;
using Org.BouncyCastle.Crypto.Engines;
using Org.BouncyCastle.Crypto.Macs;
using Org.BouncyCastle.Crypto.Modes;
using Org.BouncyCastle.Crypto.Parameters;

namespace IronCage.Safety.Tokens;

/// <summary>
/// One key of 32 bytes, from which others are derived for each purpose: names of tokens, hashes, digests of the audit trail (HMAC-SHA-256) and the sealing of values
/// (AES-256-GCM). Immutable, thread-safe. It is shown nowhere; its <see cref="Id"/> tells nothing about it.
/// </summary>
public sealed class SafetyKey
{
    /// <summary>Bytes of a key.</summary>
    public const int Length = 32;

    private const int NonceLength = 12;
    private const int TagLength = 16;
    private const int MacLength = 32;
    private const byte Format = 1;

    private readonly KeyParameter _names, _hashes, _digests, _seal;

    /// <summary>Takes a copy.</summary>
    /// <exception cref="ArgumentException">It is not <see cref="Length"/> bytes long.</exception>
    public SafetyKey(ReadOnlySpan<byte> key)
    {
        if (key.Length != Length)
            throw new ArgumentException($"a key has {Length} bytes", nameof(key));
        var master = new KeyParameter(key);
        _names = Derive(master, "token name");
        _hashes = Derive(master, "hash");
        _digests = Derive(master, "audit digest");
        _seal = Derive(master, "token seal");
        Span<byte> id = stackalloc byte[MacLength];
        Mac(master, "iron cage 1: key id"u8, id);
        Id = Convert.ToHexStringLower(id[..8]);
    }

    /// <summary>Tells keys apart: 16 hexadecimal digits.</summary>
    public string Id { get; }

    /// <summary>Reads 64 hexadecimal digits, or base64 (also the URL alphabet, also without padding) of 32 bytes.</summary>
    public static SafetyKey? Parse(string text)
    {
        ArgumentNullException.ThrowIfNull(text);
        Span<byte> key = stackalloc byte[Length];
        try
        {
            return TryDecode(text.Trim(), key) ? new SafetyKey(key) : null;
        }
        finally
        {
            key.Clear();
        }
    }

    /// <summary>The code in a token's name: the same for the same value of the same tenant and kind.</summary>
    public string TokenCode(string tenant, string kind, ReadOnlySpan<byte> value) => Code(_names, tenant, kind, value);

    /// <summary>The code in a hash; it has nothing to do with <see cref="TokenCode"/>.</summary>
    public string HashCode(string tenant, string kind, ReadOnlySpan<byte> value) => Code(_hashes, tenant, kind, value);

    /// <summary>What the audit trail keeps of a value: 16 hexadecimal digits.</summary>
    public string Digest(string tenant, string kind, ReadOnlySpan<byte> value)
    {
        Span<byte> mac = stackalloc byte[MacLength];
        Mac(_digests, tenant, kind, value, 0, mac);
        return Convert.ToHexStringLower(mac[..8]);
    }

    /// <summary>Seals a value under the name of its token: nonce, ciphertext, tag. It opens only there.</summary>
    internal byte[] Seal(string tenant, string kind, string name, ReadOnlySpan<byte> value, IRandomSource random)
    {
        var sealedValue = new byte[1 + NonceLength + value.Length + TagLength];
        sealedValue[0] = Format;
        random.Fill(sealedValue.AsSpan(1, NonceLength));
        GcmBlockCipher cipher = Cipher(forSealing: true, sealedValue.AsSpan(1, NonceLength), tenant, kind, name);
        Span<byte> output = sealedValue.AsSpan(1 + NonceLength);
        int written = cipher.ProcessBytes(value, output);
        cipher.DoFinal(output[written..]);
        return sealedValue;
    }

    /// <summary>What was sealed; null when it was under another key or name, or somebody changed it.</summary>
    internal byte[]? Open(string tenant, string kind, string name, ReadOnlySpan<byte> sealedValue)
    {
        if (sealedValue.Length < 1 + NonceLength + TagLength || sealedValue[0] != Format)
            return null;
        GcmBlockCipher cipher = Cipher(forSealing: false, sealedValue.Slice(1, NonceLength), tenant, kind, name);
        ReadOnlySpan<byte> input = sealedValue[(1 + NonceLength)..];
        var value = new byte[cipher.GetOutputSize(input.Length)];
        try
        {
            int written = cipher.ProcessBytes(input, value);
            cipher.DoFinal(value.AsSpan(written));
            return value;
        }
        catch (InvalidCipherTextException)
        {
            return null;
        }
    }

    /// <summary>The <see cref="Id"/>, never the key.</summary>
    public override string ToString() => Id;

    private GcmBlockCipher Cipher(bool forSealing, ReadOnlySpan<byte> nonce, string tenant, string kind, string name)
    {
        var cipher = new GcmBlockCipher(new AesEngine());
        cipher.Init(forSealing, new AeadParameters(_seal, TagLength * 8, nonce.ToArray(), Encoding.UTF8.GetBytes($"{tenant}\0{kind}\0{name}")));
        return cipher;
    }

    private static string Code(KeyParameter key, string tenant, string kind, ReadOnlySpan<byte> value)
    {
        Span<byte> mac = stackalloc byte[MacLength];
        Span<byte> code = stackalloc byte[ReplacedForm.CodeLength];
        for (byte round = 0; ; round++)
        {
            Mac(key, tenant, kind, value, round, mac);
            // Three codes in one HMAC; about every second has the right form.
            for (int from = 0; (from + code.Length) * 5 <= MacLength * 8; from += code.Length)
            {
                CodeAlphabet.Write(mac, from, code);
                if (ReplacedForm.IsCode(code))
                    return Encoding.ASCII.GetString(code);
            }
        }
    }

    /// <summary>HMAC of all of it; what separates the parts is in none of them.</summary>
    private static void Mac(KeyParameter key, string tenant, string kind, ReadOnlySpan<byte> value, byte round, Span<byte> mac)
    {
        var hmac = new HMac(new Sha256Digest());
        hmac.Init(key);
        hmac.BlockUpdate(Encoding.UTF8.GetBytes($"{tenant}\0{kind}\0"));
        hmac.Update(round);
        hmac.BlockUpdate(value);
        hmac.DoFinal(mac);
    }

    private static void Mac(KeyParameter key, ReadOnlySpan<byte> message, Span<byte> mac)
    {
        var hmac = new HMac(new Sha256Digest());
        hmac.Init(key);
        hmac.BlockUpdate(message);
        hmac.DoFinal(mac);
    }

    private static KeyParameter Derive(KeyParameter master, string purpose)
    {
        Span<byte> key = stackalloc byte[MacLength];
        Mac(master, Encoding.ASCII.GetBytes("iron cage 1: " + purpose), key);
        return new KeyParameter(key);
    }

    private static bool TryDecode(string text, Span<byte> key)
    {
        if (text.Length == 2 * Length)
            return Convert.FromHexString(text, key, out _, out int written) == System.Buffers.OperationStatus.Done && written == Length;
        Span<char> padded = stackalloc char[44];
        text = text.TrimEnd('=');
        if (text.Length != 43)
            return false;
        text.CopyTo(padded);
        padded[43] = '=';
        padded.Replace('-', '+');
        padded.Replace('_', '/');
        return Convert.TryFromBase64Chars(padded, key, out int bytes) && bytes == Length;
    }
}
