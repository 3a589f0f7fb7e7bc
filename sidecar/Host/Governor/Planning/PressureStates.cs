namespace Thermocline.Sidecar.Governor.Planning;

/// <summary>From one state to the next. A mark is left only some way below it, so that nothing flaps.</summary>
internal static class PressureStates
{
    /// <summary>The state that memory in use asks for.</summary>
    /// <param name="now">The state so far.</param>
    /// <param name="used">Bytes in use.</param>
    /// <param name="plan">The marks.</param>
    /// <param name="relieved">Whether everything that an emergency can give back was given back since it began.</param>
    public static PressureState Next(PressureState now, long used, BudgetPlan plan, bool relieved)
    {
        // Refusing helps only when nothing else does; but at the limit there is no time to find out.
        if (used >= plan.Limit || (used >= plan.Refuse && relieved))
            return PressureState.Refusing;
        if (now == PressureState.Refusing && used >= plan.Refuse - plan.Slack)
            return PressureState.Refusing;
        if (used >= plan.Critical || (now >= PressureState.Critical && used >= plan.Critical - plan.Slack))
            return PressureState.Critical;
        if (used >= plan.High || (now >= PressureState.Routine && used >= plan.High - plan.Slack))
            return PressureState.Routine;
        return PressureState.Calm;
    }

    /// <summary>Its word in status, events and documents.</summary>
    public static string Word(PressureState state) => state switch
    {
        PressureState.Calm => "calm",
        PressureState.Routine => "routine",
        PressureState.Critical => "critical",
        PressureState.Refusing => "refusing",
    };
}
