namespace IronCage.Safety.Recognisers;

/// <summary>A part of a long encoded run.</summary>
/// <param name="RunStart">Where the run begins, or, where that is further, as far left as anything matters.</param>
/// <param name="Unit">Where some bytes of the run begin that stand for whole bytes.</param>
/// <param name="Start">What is found begins here or later,</param>
/// <param name="End">and before this.</param>
internal readonly record struct Passage(int RunStart, int Unit, int Start, int End);
