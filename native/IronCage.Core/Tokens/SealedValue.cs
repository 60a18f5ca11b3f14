namespace IronCage.Core.Tokens;

/// <summary>A value that a token stands for, as stores keep it: nobody can read it without the key.</summary>
/// <param name="Tenant">Whose it is; names of different tenants have nothing to do with each other.</param>
/// <param name="Name">What stands in the brackets of the token, such as <c>EMAIL_KJ7Q2ZP4M0XNT5WA</c>.</param>
/// <param name="Kind">The kind of finding.</param>
/// <param name="KeyId">Which key sealed it.</param>
/// <param name="Sealed">Nonce, ciphertext and tag.</param>
public sealed record SealedValue(string Tenant, string Name, string Kind, string KeyId, ReadOnlyMemory<byte> Sealed);
