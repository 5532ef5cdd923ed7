// Mails by SMTP (RFC 5321) through libcurl.
#include "server/core/app.h"
#include "server/integrations/mime.h"

#include <curl/curl.h>
#include <pthread.h>
#include <string.h>

enum { CONNECT_SECONDS = 10, TOTAL_SECONDS = 60 };

struct upload {
    const char *data;
    size_t left;
};

static size_t read_upload(char *to, size_t size, size_t count, void *user)
{
    struct upload *upload = user;
    size_t n = size * count < upload->left ? size * count : upload->left;
    memcpy(to, upload->data, n);
    upload->data += n;
    upload->left -= n;
    return n;
}

// Asked about once a second; anything but 0 ends the transfer.
static int give_up(void *user, curl_off_t to_get, curl_off_t got, curl_off_t to_send, curl_off_t sent)
{
    const struct app *app = user;
    (void)to_get;
    (void)got;
    (void)to_send;
    (void)sent;
    return app->stopping;
}

static void start_curl(void)
{
    CHECK(curl_global_init(CURL_GLOBAL_DEFAULT) == CURLE_OK);
}

static void easy_cleanup(CURL **curl)
{
    curl_easy_cleanup(*curl);
}

static void slist_free(struct curl_slist **list)
{
    curl_slist_free_all(*list);
}

// The path of the URL is the name given in EHLO: the sender's domain.
static void make_url(const struct app_config *config, const char *sender, struct buf *out)
{
    const char *at = strrchr(sender, '@');
    bool v6 = strchr(config->smtp_host, ':') != NULL;
    buf_addf(out, "%s://%s%s%s:%lld/%s", strcmp(config->smtp_tls, "tls") == 0 ? "smtps" : "smtp",
             v6 ? "[" : "", config->smtp_host, v6 ? "]" : "", (long long)config->smtp_port,
             at == NULL ? "localhost" : at + 1);
}

static void set_security(CURL *curl, const struct app_config *config)
{
    bool starttls = strcmp(config->smtp_tls, "starttls") == 0;
    curl_easy_setopt(curl, CURLOPT_PROTOCOLS_STR, "smtp,smtps");
    curl_easy_setopt(curl, CURLOPT_USE_SSL, (long)(starttls ? CURLUSESSL_ALL : CURLUSESSL_NONE));
    curl_easy_setopt(curl, CURLOPT_SSLVERSION, (long)CURL_SSLVERSION_TLSv1_2);
    if (config->smtp_user != NULL) {
        curl_easy_setopt(curl, CURLOPT_USERNAME, config->smtp_user);
        curl_easy_setopt(curl, CURLOPT_PASSWORD, config->smtp_password == NULL ? "" : config->smtp_password);
    }
}

static bool perform(CURL *curl, struct err *err)
{
    char words[CURL_ERROR_SIZE] = "";
    long answer = 0;
    curl_easy_setopt(curl, CURLOPT_ERRORBUFFER, words);
    CURLcode code = curl_easy_perform(curl);
    if (code == CURLE_OK)
        return true;
    curl_easy_getinfo(curl, CURLINFO_RESPONSE_CODE, &answer);
    return err_set(err, ERR_UNAVAILABLE, "The mail server did not take the mail: %s (SMTP %ld).",
                   words[0] != '\0' ? words : curl_easy_strerror(code), answer);
}

static bool send_by_smtp(struct app *app, const struct mail *mail, struct err *err)
{
    static pthread_once_t once = PTHREAD_ONCE_INIT;
    pthread_once(&once, start_curl);
    CLEANUP(buf_free) struct buf text = { 0 }, sender = { 0 }, url = { 0 };
    CLEANUP(easy_cleanup) CURL *curl = curl_easy_init();
    CHECK(curl != NULL);
    if (!mime_write(mail, &text, err))
        return false;
    mime_bare_address(mail->from, &sender);
    make_url(&app->config, buf_text(&sender), &url);
    CLEANUP(slist_free) struct curl_slist *recipients = curl_slist_append(NULL, mail->to);
    struct upload upload = { text.data, text.len };
    set_security(curl, &app->config);
    curl_easy_setopt(curl, CURLOPT_URL, buf_text(&url));
    curl_easy_setopt(curl, CURLOPT_MAIL_FROM, buf_text(&sender));
    curl_easy_setopt(curl, CURLOPT_MAIL_RCPT, recipients);
    curl_easy_setopt(curl, CURLOPT_UPLOAD, 1L);
    curl_easy_setopt(curl, CURLOPT_READFUNCTION, read_upload);
    curl_easy_setopt(curl, CURLOPT_READDATA, &upload);
    curl_easy_setopt(curl, CURLOPT_CONNECTTIMEOUT, (long)CONNECT_SECONDS);
    curl_easy_setopt(curl, CURLOPT_TIMEOUT, (long)TOTAL_SECONDS);
    curl_easy_setopt(curl, CURLOPT_NOSIGNAL, 1L);
    curl_easy_setopt(curl, CURLOPT_NOPROGRESS, 0L);
    curl_easy_setopt(curl, CURLOPT_XFERINFOFUNCTION, give_up);
    curl_easy_setopt(curl, CURLOPT_XFERINFODATA, app);
    return perform(curl, err);
}

const struct mail_port mail_smtp = { .send = send_by_smtp };
