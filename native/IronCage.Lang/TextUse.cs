namespace IronCage.Lang;

/// <summary>What a text of an answer is for, and for whom.</summary>
/// <param name="Role">What it is for.</param>
/// <param name="Tool">The name of the tool, of arguments and input; null otherwise, and where it is not known.</param>
/// <param name="IsSigned">The provider signs it: it must stay as it is.</param>
/// <param name="IsRepeat">The answer said it before: what is found in it was told then.</param>
public readonly record struct TextUse(TextRole Role, string? Tool = null, bool IsSigned = false, bool IsRepeat = false);
