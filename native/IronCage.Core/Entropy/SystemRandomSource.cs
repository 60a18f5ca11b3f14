using System.Runtime.InteropServices;
using System.Security.Cryptography;

namespace IronCage.Core.Entropy;

/// <summary>The system's own generator, asked directly on Linux: .NET's class for it would look for OpenSSL's library on the machine of the host.</summary>
public sealed unsafe partial class SystemRandomSource : IRandomSource
{
    private const int Most = 256; // so many bytes getrandom gives at once, whatever happens

    /// <inheritdoc/>
    public void Fill(Span<byte> bytes)
    {
        if (!OperatingSystem.IsLinux())
        {
            RandomNumberGenerator.Fill(bytes);
            return;
        }
        while (bytes.Length > 0)
        {
            nint got;
            fixed (byte* place = bytes)
                got = GetRandom(place, (nuint)Math.Min(bytes.Length, Most), 0);
            if (got > 0)
                bytes = bytes[(int)got..];
            else if (Marshal.GetLastPInvokeError() != Interrupted)
                throw new InvalidOperationException("the system gives no random bytes");
        }
    }

    private const int Interrupted = 4; // EINTR

    [LibraryImport("libc", EntryPoint = "getrandom", SetLastError = true)]
    private static partial nint GetRandom(byte* place, nuint length, uint flags);
}
