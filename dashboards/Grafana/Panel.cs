namespace Thermocline.Dashboards.Grafana;

/// <summary>One panel: what it shows, and what it teaches about it.</summary>
internal sealed record Panel
{
    private Panel(PanelKind kind, string title, string unit, string description, IReadOnlyList<Query> queries)
    {
        Kind = kind;
        Title = title;
        Unit = unit;
        Description = description;
        Queries = queries;
    }

    public PanelKind Kind { get; }

    public string Title { get; }

    /// <summary>A unit of Grafana's, such as <c>bytes</c> (binary), <c>s</c>, <c>percentunit</c>.</summary>
    public string Unit { get; }

    /// <summary>What it means, what is normal, where to look when it is not.</summary>
    public string Description { get; }

    public IReadOnlyList<Query> Queries { get; }

    /// <summary>Columns, of 24.</summary>
    public int Width { get; private init; } = 8;

    /// <summary>Lines of the grid.</summary>
    public int Height { get; private init; } = 8;

    /// <summary>Smallest value of the axis; null when it may go below zero.</summary>
    public double? Min { get; private init; } = 0;

    /// <summary>Largest value of the axis.</summary>
    public double? Max { get; private init; }

    /// <summary>Colours from a value on; the first one's value does not count.</summary>
    public IReadOnlyList<Step> Steps { get; private init; } = [new(0, "green")];

    /// <summary>Numbers that stand for states.</summary>
    public IReadOnlyList<Naming> Names { get; private init; } = [];

    /// <summary>Legends that are limits: dashed, never stacked.</summary>
    public IReadOnlyList<string> Limits { get; private init; } = [];

    public static Panel Lines(string title, string unit, string description, params IReadOnlyList<Query> queries) =>
        new(PanelKind.Lines, title, unit, description, queries);

    public static Panel Stack(string title, string unit, string description, params IReadOnlyList<Query> queries) =>
        new(PanelKind.Stack, title, unit, description, queries);

    public static Panel Bars(string title, string unit, string description, params IReadOnlyList<Query> queries) =>
        new(PanelKind.Bars, title, unit, description, queries);

    public static Panel Figure(string title, string unit, string description, string expression) =>
        new(PanelKind.Figure, title, unit, description, [new Query(expression, "")]) { Width = 3, Height = 4 };

    public static Panel States(string title, string description, params IReadOnlyList<Query> queries) =>
        new(PanelKind.States, title, "none", description, queries);

    public Panel Wide(int columns) => this with { Width = columns };

    public Panel From(double least) => this with { Min = least };

    public Panel UpTo(double most) => this with { Max = most };

    public Panel BelowZeroToo() => this with { Min = null };

    public Panel Coloured(params IReadOnlyList<Step> steps) => this with { Steps = steps };

    public Panel Naming(IReadOnlyList<Naming> names) => this with { Names = names };

    public Panel Dashing(params IReadOnlyList<string> legends) => this with { Limits = legends };
}
