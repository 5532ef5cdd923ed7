// The code stands behind '#', which browsers do not send: no log on the way holds it. Nothing happens before a person
// clicks, so that a mail scanner that opens links uses up no code.
const what = document.getElementById("what");
const form = document.getElementById("form");
form.token.value = new URLSearchParams(location.hash.slice(1)).get("token") ?? "";
history.replaceState(null, "", location.pathname);

form.addEventListener("submit", async (event) => {
  event.preventDefault();
  const button = form.querySelector("button");
  button.disabled = true;
  try {
    const response = await fetch("/api/v1/auth/verify-email", {
      method: "POST",
      headers: { "Content-Type": "application/json" },
      body: JSON.stringify({ token: form.token.value.trim() }),
    });
    const answer = await response.json();
    if (answer.success) form.remove();
    what.textContent = answer.success ? "Your address is verified. You can sign in with serenity now." : answer.error.message;
  } catch {
    what.textContent = "The server cannot be reached. Try again in a moment.";
  }
  button.disabled = false;
});
