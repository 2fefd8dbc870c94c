/** Slack as a whole, there or away. */
export type Outage = { isOn(): boolean; turn(on: boolean): void };

/** While it is on, the Web API answers 503 and nothing reaches the program. `onChange` hears of a change, not of a repetition. */
export function openOutage(onChange: (on: boolean) => void): Outage {
  let isOn = false;
  return {
    isOn: () => isOn,
    turn(on) {
      if (on === isOn) return;
      isOn = on;
      onChange(on);
    },
  };
}
