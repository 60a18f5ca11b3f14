using System.Runtime.InteropServices;
using System.Text;

namespace IronCage.Abi.Boundary;

/// <summary>The message of the last failure of each thread, in native memory that stays until the thread's next call.</summary>
internal static unsafe class LastError
{
    [ThreadStatic]
    private static Slot? s_slot;

    private sealed class Slot
    {
        public byte* Text;
        public bool IsSet;

        ~Slot() => NativeMemory.Free(Text);
    }

    public static void Clear()
    {
        if (s_slot is { } slot)
            slot.IsSet = false;
    }

    public static void Set(string message)
    {
        var slot = s_slot ??= new Slot();
        var length = Encoding.UTF8.GetByteCount(message);
        slot.Text = (byte*)NativeMemory.Realloc(slot.Text, (nuint)length + 1);
        Encoding.UTF8.GetBytes(message, new Span<byte>(slot.Text, length));
        slot.Text[length] = 0;
        slot.IsSet = true;
    }

    public static byte* Get() => s_slot is { IsSet: true } slot ? slot.Text : Strings.Empty;
}
